/** Two invented institutions and their people, for trying the portal out. */
import { createHash } from "node:crypto";
import { aal2Context, refedsMfaContext } from "../../assurance.ts";

export type DemoId = "a" | "b";

export type DemoPerson = {
  user: string;
  displayName: string;
  jaDisplayName?: string;
  mails: readonly string[];
  affiliation: "student" | "staff";
  entitlements?: readonly string[];
  /** What is not in order in what their institution releases of them; nothing, for most. */
  fault?: DemoFault;
};

/** No address and an ePPN that is not the institution's to give; or nothing besides to know the person by. */
export type DemoFault = "incomplete" | "nameless";

export type DemoInstitution = {
  id: DemoId;
  /** Stays the same wherever the portal runs, so that people find their certificates again. */
  entityId: string;
  nameJa: string;
  nameEn: string;
  keywordsJa: string;
  keywordsEn: string;
  scope: string;
  color: string;
  /** How services may ask it. */
  binding: "redirect" | "post";
  /** How it can confirm people (AuthnContextClassRef), the plain password first. */
  authnContexts: readonly string[];
  people: readonly DemoPerson[];
};

/** Everybody's. The demo federation runs at localhost only. */
export const demoPassword = "password";

/** The second factor: everybody's, and shown where it is asked for. */
export const demoCode = "123456";

export const passwordContext = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";

/** Whoever states it is a registrar of Demo University A. */
export const demoEntitlement = "urn:mace:example.ac.jp:portal:registrar";

export const demoInstitutions: Readonly<Record<DemoId, DemoInstitution>> = {
  a: {
    id: "a",
    entityId: "https://idp.a.example.ac.jp/idp/shibboleth",
    nameJa: "デモ大学A",
    nameEn: "Demo University A",
    keywordsJa: "でもだいがくえー 大学 体験",
    keywordsEn: "university demo+university trial",
    scope: "a.example.ac.jp",
    color: "#24573b",
    binding: "redirect",
    authnContexts: [passwordContext, aal2Context, refedsMfaContext],
    people: [
      {
        user: "hanako",
        displayName: "Hanako Kokuritsu",
        jaDisplayName: "国立 花子",
        mails: ["hanako@a.example.ac.jp"],
        affiliation: "staff",
      },
      {
        user: "taro",
        displayName: "学認 太郎",
        mails: ["taro@a.example.ac.jp", "taro.gakunin@a.example.ac.jp"],
        affiliation: "student",
      },
      {
        user: "tanaka",
        displayName: "Ichiro Tanaka",
        jaDisplayName: "田中 一郎",
        mails: ["tanaka@a.example.ac.jp"],
        affiliation: "staff",
      },
      {
        user: "admin",
        displayName: "Demo Administrator",
        jaDisplayName: "デモ 管理者",
        mails: ["admin@a.example.ac.jp"],
        affiliation: "staff",
      },
      {
        user: "registrar",
        displayName: "Jiro Toroku",
        jaDisplayName: "登録 次郎",
        mails: ["registrar@a.example.ac.jp"],
        affiliation: "staff",
        entitlements: [demoEntitlement],
      },
      {
        user: "jiro",
        displayName: "Jiro Gakunin",
        jaDisplayName: "学認 次郎",
        mails: [],
        affiliation: "student",
        fault: "incomplete",
      },
      {
        user: "saburo",
        displayName: "Saburo Gakunin",
        jaDisplayName: "学認 三郎",
        mails: ["saburo@a.example.ac.jp"],
        affiliation: "student",
        fault: "nameless",
      },
    ],
  },
  b: {
    id: "b",
    entityId: "https://idp.b.example.ac.jp/idp/shibboleth",
    nameJa: "デモ高専B",
    nameEn: "Demo KOSEN B",
    keywordsJa: "でもこうせんびー 高等専門学校 体験",
    keywordsEn: "kosen college+of+technology trial",
    scope: "b.example.ac.jp",
    color: "#6b2f4c",
    binding: "post",
    authnContexts: [passwordContext],
    people: [
      {
        user: "tanaka",
        displayName: "Misaki Tanaka",
        jaDisplayName: "田中 美咲",
        mails: ["tanaka@b.example.ac.jp"],
        affiliation: "student",
      },
      {
        user: "sakura",
        displayName: "Sakura Gakunin",
        jaDisplayName: "学認 さくら",
        mails: ["sakura@b.example.ac.jp"],
        affiliation: "staff",
      },
    ],
  },
};

export function demoInstitution(id: string): DemoInstitution | null {
  return id === "a" || id === "b" ? demoInstitutions[id] : null;
}

/** An identifier that says nothing about the person, the same each time. */
export function opaqueId(
  institution: Pick<DemoInstitution, "entityId">,
  user: string,
  audience = "",
): string {
  return createHash("sha256")
    .update([institution.entityId, user, audience].join("!"))
    .digest("hex")
    .slice(0, 32);
}
