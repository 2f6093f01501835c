/** What registrars see and do of the traffic with NII's service: each of their institution, operators of all, nobody else anything. */
import "@/tests/support/quiet.ts";
import iconv from "iconv-lite";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { codeOf } from "@/server/api/errors.ts";
import type { Database } from "@/server/db.ts";
import type { Role } from "@/server/generated/prisma/client.ts";
import { openPortal } from "../workflows/portal.ts";
import { byHand, type Things, thingsOf } from "./upki-world.ts";

const portal = openPortal(async () => byHand());
let root: typeof import("@/server/api/root.ts");
let db: Database;
let a: Things;
let b: Things;
const pinPage = "f".repeat(64);

beforeAll(async () => {
  root = await import("@/server/api/root.ts");
  ({ db } = portal.ports());
});

beforeEach(async () => {
  await db.$executeRaw`TRUNCATE "Institution", "UpkiRequest", "UpkiMail", "UpkiPinPage", "UpkiList", "UpkiDifference", "OutboxEvent" CASCADE`;
  const { world } = portal.upki() ?? {};
  if (!world) throw new Error("no connector");
  a = await thingsOf(world, "A");
  b = await thingsOf(world, "B");
  const at = world.now();
  await db.upkiPinPage.create({
    data: {
      ...{ id: pinPage, mailId: a.mailId, announcedAt: at, dueAt: at },
      ...{ status: "dead", reason: "unmatched", detail: { names: ["CN=Demo University A"] } },
    },
  });
});

type Held = Pick<Role, "role" | "institutionId" | "expiresAt">;

function callerOf(roles: Held[] | null) {
  const member = roles && { id: "somebody", roles, institution: { aal2For: [], ial2For: [] } };
  return root.createCaller({ member, ports: portal.ports(), strongContexts: [] } as never);
}
/** The door as it is for somebody with these roles; `null` is nobody. */
const door = (roles: Held[] | null) => callerOf(roles).admin.upki;
type Door = ReturnType<typeof door>;
const operator = () => door([{ role: "operator", institutionId: null, expiresAt: null }]);
const registrarOf = ({ institution }: Things, expiresAt: Date | null = null) =>
  door([{ role: "registrar", institutionId: institution.id, expiresAt }]);

const headings = ["主体者DN", "状態", "利用者E-mail", "発行・更新申請-シリアル番号"];
const listOf = (...rows: string[][]) =>
  Uint8Array.from(iconv.encode([headings, ...rows].map((row) => row.join("\t")).join("\r\n"), "cp932"));
const octets = (text: string) => new TextEncoder().encode(text);

type Row = {
  ask: (upki: Door) => Promise<unknown>;
  /** What the registrar of B is told when it asks for A's; a string of `code:` for a refusal. */
  stranger: unknown;
  /** What an operator, and the registrar of A, are told. */
  entitled: unknown;
};

const ofA = expect.stringContaining("Demo University A");
const every: Record<string, Row> = {
  overview: {
    ask: (upki) => upki.overview(),
    stranger: {
      waiting: { issue: 1, renew: 0, revoke: 0 },
      files: [{ lines: 1 }],
      refused: [{ message: "DN of B" }],
      dead: 1,
      differences: 2,
      site: null,
    },
    entitled: {
      refused: expect.arrayContaining([expect.objectContaining({ message: "DN of A", code: "206" })]),
    },
  },
  makeFile: {
    ask: (upki) => upki.makeFile({ kind: "issue" }),
    stranger: expect.any(String),
    entitled: expect.any(String),
  },
  file: {
    ask: (upki) => upki.file({ upload: a.upload }),
    stranger: "code: not_found",
    entitled: { kind: "issue", octets: expect.any(Uint8Array) },
  },
  settleFile: {
    ask: (upki) => upki.settleFile({ upload: a.upload, as: "waiting" }),
    stranger: 0,
    entitled: 1,
  },
  enterReply: {
    ask: (upki) => upki.enterReply({ upload: a.upload, page: taken() }),
    stranger: { outcome: "taken", lines: 0 },
    entitled: { outcome: "taken", lines: 1 },
  },
  takeMail: {
    ask: (upki) => upki.takeMail({ mail: octets("no mail") }),
    stranger: { status: "dead", again: false },
    entitled: { status: "dead", again: false },
  },
  takeList: {
    ask: (upki) => upki.takeList({ list: listOf() }),
    stranger: { rows: 0, told: { collected: 0, revoked: 0, lapsed: 0, corrected: 0 } },
    entitled: { rows: 0 },
  },
  wantList: { ask: (upki) => upki.wantList(), stranger: undefined, entitled: undefined },
  dead: {
    ask: (upki) => upki.dead(),
    stranger: [{ dn: "CN=x,O=Demo University B,L=Academe,C=JP" }],
    entitled: expect.arrayContaining([
      expect.objectContaining({ dn: ofA, serial: { decimal: "123456789", hex: "07:5b:cd:15" } }),
    ]),
  },
  openRequests: {
    ask: (upki) => upki.openRequests(),
    stranger: [{ id: expect.any(String) }, { id: expect.any(String) }],
    entitled: expect.arrayContaining([expect.objectContaining({ dn: ofA })]),
  },
  retry: {
    ask: (upki) => upki.retry({ what: "mail", id: a.mailId }),
    stranger: "gone",
    entitled: "still_dead",
  },
  assign: {
    ask: (upki) => upki.assign({ what: "mail", id: a.mailId, requestId: a.sent.id }),
    stranger: "gone",
    entitled: "not_fitting",
  },
  discard: {
    ask: (upki) => upki.discard({ what: "mail", id: a.mailId }),
    stranger: "gone",
    entitled: "done",
  },
  differences: {
    ask: (upki) => upki.differences(),
    stranger: [{ kind: "pin_missing" }, { kind: "unknown_certificate" }],
    entitled: expect.arrayContaining([expect.objectContaining({ dn: ofA, stateText: "5:発行済み" })]),
  },
  dismiss: { ask: (upki) => upki.dismiss({ id: a.unknown.id }), stranger: "gone", entitled: "done" },
  endWithoutPin: {
    ask: (upki) => upki.endWithoutPin({ id: a.pinMissing.id }),
    stranger: "gone",
    entitled: "done",
  },
  planAdoption: {
    ask: (upki) => upki.planAdoption({ ids: [a.unknown.id] }),
    stranger: [],
    entitled: [{ problem: null, holder: "Hanako Kokuritsu", number: 9, kind: "client", months: 52 }],
  },
  adopt: {
    ask: (upki) => upki.adopt({ ids: [a.unknown.id] }),
    stranger: [],
    entitled: [{ problem: null, number: 9 }],
  },
};

/** As the service answers a file that it has taken. */
function taken(): Uint8Array<ArrayBuffer> {
  const page = `<html><body><p>ファイルのアップロード処理が完了しました。</p><table>
    <tr><th>SEQ</th><th>処理結果</th><th>エラー内容</th></tr><tr><td>1</td><td>OK</td><td></td></tr></table></body></html>`;
  return Uint8Array.from(iconv.encode(page, "euc-jp"));
}

const answerOf = (ask: Promise<unknown>) => ask.catch((error: unknown) => `code: ${codeOf(error)}`);

/** All that is A's, and what is nobody's. */
async function ofInstitutionA() {
  const where = { institutionId: a.institution.id };
  return JSON.stringify([
    await db.upkiRequest.findMany({ where, orderBy: { id: "asc" } }),
    await db.upkiMail.findMany({ where, orderBy: { id: "asc" } }),
    await db.upkiDifference.findMany({ where, orderBy: { id: "asc" } }),
    await db.upkiPinPage.findMany({ orderBy: { id: "asc" } }),
    await db.enrollment.findMany({ where: { member: where }, orderBy: { id: "asc" } }),
  ]);
}

test("every procedure is in this list", () => {
  const names = Object.keys(root.appRouter._def.procedures).filter((name) => name.startsWith("admin.upki."));
  expect(names.toSorted()).toEqual(
    Object.keys(every)
      .map((name) => `admin.upki.${name}`)
      .toSorted(),
  );
});

describe.each(Object.entries(every))("%s", (_, { ask, stranger, entitled }) => {
  test.each([
    ["nobody", () => door(null), "not_signed_in"],
    ["a member", () => door([]), "not_found"],
    ["a registrar whose role has ended", () => registrarOf(a, new Date(0)), "not_found"],
  ])("is not there for %s", async (_who, who, code) => {
    const before = await ofInstitutionA();
    expect(await answerOf(ask(who()))).toBe(`code: ${code}`);
    expect(await ofInstitutionA()).toBe(before);
  });

  test("shows and changes nothing of another institution", async () => {
    const before = await ofInstitutionA();
    const answer = await answerOf(ask(registrarOf(b)));
    if (typeof stranger === "object") expect(answer).toMatchObject(stranger as object);
    else expect(answer).toEqual(stranger);
    expect(JSON.stringify(answer) ?? "").not.toMatch(/Demo University A|DN of A|@a\./);
    expect(await ofInstitutionA()).toBe(before);
  });

  test.each([
    ["an operator", operator],
    ["the institution's registrar", () => registrarOf(a)],
  ])("is there for %s", async (_who, who) => {
    const answer = await answerOf(ask(who()));
    if (typeof entitled === "object") expect(answer).toMatchObject(entitled as object);
    else expect(answer).toEqual(entitled);
  });
});

test("the pages are offered to operators and registrars, and to nobody else", async () => {
  const offered = async (roles: Held[]) => (await callerOf(roles).session.me()).member?.isRegistrar;
  const role = { role: "registrar", institutionId: "x", expiresAt: null } as const;
  expect(await offered([role])).toBe(true);
  expect(await offered([{ role: "operator", institutionId: null, expiresAt: null }])).toBe(true);
  expect(await offered([{ ...role, expiresAt: new Date(0) }])).toBe(false);
  expect(await offered([])).toBe(false);
});

describe("what is about all institutions", () => {
  test("only operators see: the site and the registrar's certificate", async () => {
    expect((await operator().overview()).site).toEqual({
      fault: null,
      pins: 0,
      credential: null,
      endsSoon: false,
    });
    expect((await registrarOf(a).overview()).site).toBeNull();
  });

  test("and files with PINs, which hold several institutions' names, only operators see and touch", async () => {
    const those = (upki: Door) => upki.dead().then((all) => all.filter(({ what }) => what === "pins"));
    expect(await those(operator())).toHaveLength(1);
    expect(await those(registrarOf(a))).toEqual([]);
    const letter = { what: "pins", id: pinPage } as const;
    expect(await registrarOf(a).retry(letter)).toBe("gone");
    expect(await registrarOf(a).discard(letter)).toBe("gone");
    const wish = { ...letter, name: "CN=Demo University A", requestId: a.sent.id };
    expect(await registrarOf(a).assign(wish)).toBe("gone");
    expect(await operator().discard(letter)).toBe("done");
  });
});

describe("a registrar", () => {
  test("makes a file of their institution's lines alone; an operator of all", async () => {
    const fileOf = async (upki: Door) => {
      const { octets: file } = await upki.file({ upload: (await upki.makeFile({ kind: "issue" })) ?? "" });
      return iconv.decode(Buffer.from(file), "cp932");
    };
    const own = await fileOf(registrarOf(b));
    expect(own).toContain("O=Demo University B");
    expect(own).not.toContain("O=Demo University A");
    expect(await registrarOf(b).makeFile({ kind: "issue" })).toBeNull();
    expect(await fileOf(operator())).toContain("O=Demo University A");
  });

  test("cannot give their institution's mail to another's order", async () => {
    const wish = { what: "mail", id: b.mailId, requestId: a.sent.id } as const;
    expect(await registrarOf(b).assign(wish)).toBe("gone");
  });

  test("who uploads their list finds nothing missing of others, and tells nothing of them", async () => {
    const long = new Date(Date.now() - 5 * 3_600_000);
    await db.upkiRequest.updateMany({ where: { status: "taken" }, data: { takenAt: long } });
    const theirs = [`CN=Hanako Kokuritsu,OU=No 4,O=Demo University A,L=Academe,C=JP`, "5", "", "77"];
    await registrarOf(b).takeList({ list: listOf(theirs) });
    const missing = await db.upkiDifference.findMany({ where: { kind: "request_missing" } });
    expect(missing.map(({ institutionId }) => institutionId)).toEqual([b.institution.id]);
    expect(await db.upkiRequest.count({ where: { collected: "77" } })).toBe(0);
    await operator().takeList({ list: listOf(theirs) });
    expect(await db.upkiRequest.count({ where: { collected: "77" } })).toBe(1);
  });

  test("adopts for holders of their institution alone, and the record says who did it", async () => {
    await registrarOf(a).adopt({ ids: [a.unknown.id, b.unknown.id] });
    const dealt = await db.upkiDifference.findMany({ where: { kind: "unknown_certificate" } });
    expect(dealt.map(({ status, dealtBy }) => [status, dealtBy]).toSorted()).toEqual([
      ["open", null],
      ["settled", "somebody"],
    ]);
  });
});

test.each<[string, (upki: Door) => Promise<unknown>]>([
  ["a file that is none", (upki) => upki.file({ upload: "x" })],
  ["a mail that is too long", (upki) => upki.takeMail({ mail: new Uint8Array(512 * 1024 + 1) })],
  ["a name with a NUL", (upki) => upki.assign({ what: "pins", id: pinPage, name: "\0", requestId: "a" })],
  ["more at once than fit", (upki) => upki.planAdoption({ ids: Array(101).fill("a") })],
])("%s is refused", async (_, ask) => {
  expect(await answerOf(ask(operator()))).toBe("code: invalid_input");
});
