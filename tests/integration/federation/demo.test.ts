import "@/tests/support/quiet.ts";
import { describe, expect, test } from "vitest";
import { aal2Context, ial2Assurance } from "@/server/assurance.ts";
import { demoCode, passwordContext } from "@/server/federation/demo/institutions.ts";
import {
  answerOf,
  arrive,
  b,
  choose,
  codeOf,
  demoPortal,
  locationOf,
  stepUp,
  visit,
} from "@/tests/support/demo-login.ts";
import { hiddenFields, type PlainBrowser } from "@/tests/support/plain-browser.ts";

const portal = demoPortal();

/** What the portal learnt of somebody at their login. */
async function learnt(user: string) {
  const member = (await portal.memberOf(await portal.logIn(user))) ?? expect.fail(`${user} is not logged in`);
  const { received, dropped } = await portal.db.loginRecord.findFirstOrThrow({ orderBy: { id: "desc" } });
  return { ...member, received, dropped };
}

describe("デモ大学A", () => {
  const login = { user: "hanako", password: "password", action: "login" };

  async function secondPage(who: PlainBrowser) {
    const url = await stepUp(who);
    const page = await visit(who, url);
    const [sso = ""] = url.split("?");
    const second = await who.post(sso, { ...hiddenFields(await page.text()), ...login });
    return { sso, text: await second.text() };
  }

  test("asks for a code after the password where AAL2 is asked for, and says which", async () => {
    const who = await portal.logIn("hanako");
    const { text } = await secondPage(who);
    expect(text).toContain("デモ大学A 追加の確認");
    expect(text).toContain(`これは体験用です。確認コードは ${demoCode} です。`);
    expect(hiddenFields(text)).not.toHaveProperty("SAMLResponse");
  });

  test("takes a wrong code for none, and lets one try again or give up", async () => {
    const who = await portal.logIn("hanako");
    const { sso, text } = await secondPage(who);
    const wrong = await who.post(sso, { ...hiddenFields(text), code: "000000", action: "confirm" });
    expect(wrong.status).toBe(401);
    const again = await wrong.text();
    expect(again).toContain("確認コードが違います");
    const right = await who.post(sso, { ...hiddenFields(again), code: demoCode, action: "confirm" });
    await who.get(locationOf(await arrive(who, hiddenFields(await right.text()))));
    expect((await portal.memberOf(who))?.session.authnContext).toBe(aal2Context);

    const given = await who.post(sso, { ...hiddenFields((await secondPage(who)).text), action: "cancel" });
    expect(codeOf(await arrive(who, hiddenFields(await given.text())))).toBe("idp_login_failed");
  });

  test("does not let the second page stand for the password", async () => {
    const who = await portal.logIn("hanako");
    const { sso, text } = await secondPage(who);
    const fields = { ...hiddenFields(text), password: "x", code: demoCode, action: "confirm" };
    expect((await who.post(sso, fields)).status).toBe(401);
  });

  test("asks for the password only where nothing else is asked for", async () => {
    const who = await portal.logIn("hanako");
    expect((await portal.memberOf(who))?.session.authnContext).toBe(passwordContext);
  });

  test("has seen papers of its staff, not of its students", async () => {
    expect((await learnt("hanako")).session.assurance).toEqual([ial2Assurance]);
    expect((await learnt("taro")).session.assurance).not.toContain(ial2Assurance);
  });

  test("releases no address of jiro, and an ePPN that is not its own to give", async () => {
    const jiro = await learnt("jiro");
    expect(jiro).toMatchObject({
      mails: [],
      eppn: null,
      displayNameJa: "学認 次郎",
      dropped: ["eppn: foreign_scope"],
    });
    expect(jiro.received).not.toContain("mail");
  });

  test("releases nothing to know saburo by", async () => {
    const who = portal.browser();
    const back = await arrive(who, await answerOf(who, await choose(who), "saburo"));
    expect(codeOf(back)).toBe("no_identifier");
    expect(await portal.db.member.count({ where: { displayName: "Saburo Gakunin" } })).toBe(0);
  });
});

describe("デモ高専B", () => {
  test("is asked by a form, and shows its login page in both languages", async () => {
    const who = portal.browser();
    const url = await choose(who, b);
    expect(new URL(url).searchParams.has("SigAlg")).toBe(false);
    const page = await (await visit(who, url)).text();
    expect(page).toContain("デモ高専B ログイン");
    const [, link = ""] = /<a href="(\?[^"]*lang=en)"/.exec(page) ?? [];
    const [sso = ""] = url.split("?");
    expect(await (await who.get(sso + link.replaceAll("&amp;", "&"))).text()).toContain("Demo KOSEN B login");
  });

  test("does not answer a form that was changed, is not signed, or is for another", async () => {
    const who = portal.browser();
    const { searchParams } = new URL(await choose(who, b));
    const fields = Object.fromEntries(searchParams);
    const xml = Buffer.from(fields.SAMLRequest ?? "", "base64").toString("utf8");
    const status = async (changed: string, path = "/demo-idp/b/sso") => {
      const SAMLRequest = Buffer.from(changed, "utf8").toString("base64");
      return (await who.post(path, { ...fields, SAMLRequest }, { lax: true })).status;
    };
    expect(await status(xml)).toBe(200);
    expect(await status(xml.replace("ProtocolBinding", 'ForceAuthn="true" ProtocolBinding'))).toBe(400);
    expect(await status(xml.replace(/<ds:Signature.*<\/ds:Signature>/s, ""))).toBe(400);
    expect(await status("")).toBe(400);
    expect(await status(xml, "/demo-idp/a/sso")).toBe(400);
  });

  test("says at once that it knows no second factor", async () => {
    const who = await portal.logIn("tanaka", b);
    const page = await (await visit(who, await stepUp(who))).text();
    expect(page).toContain("求められた方法では確認できません");
    expect(codeOf(await arrive(who, hiddenFields(page)))).toBe("idp_no_context");
  });
});
