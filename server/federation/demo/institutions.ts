/** Two invented institutions and their people, for trying the portal out. */
import { createHash } from "node:crypto";

export type DemoId = "a" | "b";

export type DemoPerson = {
  user: string;
  displayName: string;
  jaDisplayName?: string;
  mails: readonly string[];
  affiliation: "student" | "staff";
};

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
  people: readonly DemoPerson[];
};

/** Everybody's. The demo federation runs at localhost only. */
export const demoPassword = "password";

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
    people: [
      {
        user: "tanaka",
        displayName: "Misaki Tanaka",
        jaDisplayName: "田中 美咲",
        mails: ["tanaka@b.example.ac.jp"],
        affiliation: "student",
      },
    ],
  },
};

export function demoInstitution(id: string): DemoInstitution | null {
  return id === "a" || id === "b" ? demoInstitutions[id] : null;
}

/** An identifier that says nothing about the person, the same each time. */
export function opaqueId(institution: DemoInstitution, user: string, audience = ""): string {
  return createHash("sha256")
    .update([institution.entityId, user, audience].join("!"))
    .digest("hex")
    .slice(0, 32);
}
