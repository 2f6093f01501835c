import "@/tests/support/quiet.ts";
import { describe, expect, test, vi } from "vitest";
import { demoInstitutions } from "@/server/federation/demo/institutions.ts";
import { failureOf } from "@/server/federation/login/failure.ts";
import { examine } from "@/server/federation/people/doctor.ts";
import { releaseOfBrowser, releaseOfSession } from "@/server/federation/people/releases.ts";
import { log } from "@/server/log.ts";
import { a, answerOf, arrive, choose, demoPortal, locationOf } from "@/tests/support/demo-login.ts";
import type { PlainBrowser } from "@/tests/support/plain-browser.ts";

const portal = demoPortal();
const { entityId } = demoInstitutions.a;

const jarOf = (who: PlainBrowser) => Object.fromEntries(who.cookies);
const records = () => portal.db.loginRecord.findMany({ orderBy: { id: "asc" } });

/** A login that ends for want of an identifier: where the browser is sent. */
async function failFor(user: string, who = portal.browser()) {
  const back = await arrive(who, await answerOf(who, await choose(who), user));
  const page = new URL(locationOf(back));
  return { who, page, reference: page.searchParams.get("ref") ?? "" };
}

describe("the login log", () => {
  test("has one row a login: who, how, and names of attributes without their values", async () => {
    await portal.db.loginRecord.deleteMany();
    const member = await portal.memberOf(await portal.logIn("taro"));
    const [row, ...more] = await records();
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      reference: null,
      code: null,
      step: "answer",
      entityId,
      memberId: member?.id,
      identifiedBy: "uniqueId",
      authnContext: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
      dropped: [],
    });
    expect(row?.received).toEqual(expect.arrayContaining(["eppn", "uniqueId", "displayName", "mail"]));
    const text = JSON.stringify({ ...row, id: null, entityId: null });
    for (const value of ["taro", "学認", "@"]) expect(text).not.toContain(value);
  });

  test("has one row a refusal, under the number that the reader sees", async () => {
    await portal.db.loginRecord.deleteMany();
    const who = portal.browser();
    const fields = await answerOf(who, await choose(who), "hanako");
    const back = await arrive(who, { ...fields, SAMLResponse: "AAAA" });
    const [row, ...more] = await records();
    expect(more).toEqual([]);
    expect(row).toMatchObject({ code: "response_malformed", step: "answer", entityId, memberId: null });
    expect(locationOf(back)).toContain(`ref=${row?.reference}`);
  });

  test("of a refusal before any answer names the institution that was chosen, and what a stranger sent without what no table can hold", async () => {
    await portal.db.loginRecord.deleteMany();
    const headers = { "sec-fetch-site": "cross-site", origin: "https://stranger.example" };
    await portal.browser().post("/login/start", { idp: a, to: "", locale: "ja" }, { headers });
    await portal.browser().post("/login/start", { idp: "\u0000\ud842", to: "", locale: "ja" });
    const [elsewhere, strange] = await records();
    expect(elsewhere).toMatchObject({ code: "cross_site", step: "start" });
    expect(elsewhere?.findings).toMatchObject({ actual: "https://stranger.example" });
    expect(strange).toMatchObject({ code: "idp_unknown", step: "start" });
  });

  test("that cannot be written costs nobody the login, and no reader the page", async () => {
    const errors = vi.spyOn(log, "error");
    await portal.db.$executeRaw`ALTER TABLE "LoginRecord" RENAME TO "LoginRecordAway"`;
    await portal.db.$executeRaw`ALTER TABLE "Release" RENAME TO "ReleaseAway"`;
    try {
      const who = await portal.logIn("hanako");
      expect(await portal.memberOf(who)).not.toBeNull();
      const refused = portal.browser();
      const fields = await answerOf(refused, await choose(refused), "hanako");
      const back = await arrive(refused, { ...fields, SAMLResponse: "AAAA" });
      expect(locationOf(back)).toMatch(/\/ja\/login\/error\?code=response_malformed&ref=[0-9A-Z]{8}$/);
      expect(errors).toHaveBeenCalled();
    } finally {
      await portal.db.$executeRaw`ALTER TABLE "LoginRecordAway" RENAME TO "LoginRecord"`;
      await portal.db.$executeRaw`ALTER TABLE "ReleaseAway" RENAME TO "Release"`;
      errors.mockRestore();
    }
  });
});

describe("the page of a login that failed", () => {
  test("knows the institution's answer, its name and its contact by the reference number", async () => {
    const who = portal.browser();
    const url = await choose(who);
    const page = await (await who.get(url)).text();
    const { hiddenFields } = await import("@/tests/support/plain-browser.ts");
    const cancelled = await who.post(url, {
      ...hiddenFields(page),
      user: "",
      password: "",
      action: "cancel",
    });
    const back = await arrive(who, hiddenFields(await cancelled.text()));
    const reference = new URL(locationOf(back)).searchParams.get("ref") ?? "";
    expect(await failureOf(portal.world, reference)).toMatchObject({
      code: "idp_login_failed",
      reference,
      status: "urn:oasis:names:tc:SAML:2.0:status:Responder",
      subStatus: "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed",
      isStepUp: false,
      institution: { nameJa: "デモ大学A", contact: { mail: "gakunin@a.example.ac.jp" } },
    });
  });

  test("repeats nothing that is no status, and knows nothing of a number that was never given", async () => {
    const status = "Please call +81-3-0000-0000 <script>";
    const { reference } = await portal.db.loginRecord.create({
      data: {
        at: new Date(),
        reference: "ABCDEFGH",
        code: "idp_refused",
        step: "answer",
        received: [],
        dropped: [],
        findings: { status, subStatus: status },
      },
    });
    expect(await failureOf(portal.world, reference ?? "")).toMatchObject({ status: null, subStatus: null });
    expect(await failureOf(portal.world, "ZZZZZZZZ")).toBeNull();
  });
});

describe("what an institution released", () => {
  test("is read by the session that it began, for as long as that lasts, and by no other", async () => {
    const who = await portal.logIn("taro");
    const session = (await portal.memberOf(who))?.session.id ?? "";
    const release = await releaseOfSession(portal.world, session);
    expect(release).toMatchObject({ entityId, reference: null });
    const seen = JSON.stringify(await examine(portal.world, release as never));
    for (const value of ["学認 太郎", "taro.gakunin@a.example.ac.jp"]) expect(seen).toContain(value);

    const other = (await portal.memberOf(await portal.logIn("hanako")))?.session.id ?? "";
    expect(JSON.stringify(await releaseOfSession(portal.world, other))).not.toContain("taro");
    const later = { ...portal.world, now: () => new Date(Date.now() + 8 * 3_600_000) };
    expect(await releaseOfSession(later, session)).toBeNull();
  });

  test("lies in the database sealed, for its session alone", async () => {
    const [one, two] = [await portal.logIn("taro"), await portal.logIn("hanako")];
    const ids = await Promise.all(
      [one, two].map(async (who) => (await portal.memberOf(who))?.session.id ?? ""),
    );
    const rows = await portal.db.release.findMany({ where: { id: { in: ids } } });
    expect(rows).toHaveLength(2);
    for (const { sealed } of rows) expect(Buffer.from(sealed).toString("latin1")).not.toContain("example");
    const [mine, theirs] = ids.map((id) => rows.find((row) => row.id === id));
    await portal.db.release.update({
      where: { id: mine?.id ?? "" },
      data: { sealed: theirs?.sealed as never },
    });
    await expect(releaseOfSession(portal.world, mine?.id ?? "")).rejects.toThrow();
  });

  test("by a login that failed for want of an identifier is read by that browser alone, for fifteen minutes", async () => {
    const { who, page, reference } = await failFor("saburo");
    expect(page.pathname).toBe("/ja/login/attributes");
    expect(await portal.memberOf(who)).toBeNull();
    const release = await releaseOfBrowser(portal.world, jarOf(who), reference);
    expect(release).toMatchObject({ entityId, reference });

    expect(await releaseOfBrowser(portal.world, {}, reference)).toBeNull();
    expect(await releaseOfBrowser(portal.world, { release: "another" }, reference)).toBeNull();
    expect(await releaseOfBrowser(portal.world, jarOf(who), "ZZZZZZZZ")).toBeNull();
    const minutes = (n: number) => ({ ...portal.world, now: () => new Date(Date.now() + n * 60_000) });
    expect(await releaseOfBrowser(minutes(14), jarOf(who), reference)).not.toBeNull();
    expect(await releaseOfBrowser(minutes(15), jarOf(who), reference)).toBeNull();
  });

  test("is in no address, and in no line or row of a log", async () => {
    const warnings = vi.spyOn(log, "warn");
    const { page, reference } = await failFor("saburo");
    const row = await portal.db.loginRecord.findUnique({ where: { reference } });
    const told = `${page} ${JSON.stringify(warnings.mock.calls)} ${JSON.stringify({ ...row, id: null })}`;
    expect(told).toContain("no_identifier");
    for (const value of ["saburo", "Saburo", "三郎"]) expect(told).not.toContain(value);
    warnings.mockRestore();
  });

  test("tells what is missing for which function", async () => {
    const who = await portal.logIn("jiro");
    const release = await releaseOfSession(portal.world, (await portal.memberOf(who))?.session.id ?? "");
    const examination = async () => {
      const { standings } = await examine(portal.world, release as never);
      return Object.fromEntries(standings.map(({ use, state }) => [use, state]));
    };
    const lacking = { login: "good", name: "good", mail: "missing", smime: "missing" };
    expect(await examination()).toEqual({ ...lacking, aal2: "unasked", ial2: "unasked" });
    await portal.db.institution.update({
      where: { entityId },
      data: { aal2For: ["show_pin"], ial2For: ["request"] },
    });
    expect(await examination()).toEqual({ ...lacking, aal2: "weak", ial2: "faulty" });
  });
});
