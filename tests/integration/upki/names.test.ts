/** What stands in a certificate's name: by each institution's rule, in what the service can write, refused in the member's own words. */
import { beforeAll, describe, expect, test } from "vitest";
import { requestCertificate } from "@/server/enrollment/request.ts";
import type { CnRule } from "@/server/ports.ts";
import { openDesk } from "./desk.ts";

const desk = openDesk();
let institutionId: string;

beforeAll(async () => {
  institutionId = (await desk.db().institution.findFirstOrThrow()).id;
});

let people = 0;

/** The name of the application, or why there is none. */
async function nameOf(rule: CnRule, person: { displayName: string; eppn: string | null }, dnBase?: string) {
  await desk.db().institution.update({
    where: { id: institutionId },
    data: { cnRule: rule, dnBase: dnBase ?? "O=Demo University A,L=Academe,C=JP" },
  });
  const member = await desk.db().member.create({
    data: {
      institutionId,
      subject: `uniqueId:${++people}`,
      displayNameJa: "国立 花子",
      mails: [`hanako${people}@a.example.ac.jp`],
      ...person,
    },
  });
  const asked = { memberId: member.id, kind: "client", months: 52, key: "client:0", locale: "ja" } as const;
  return requestCertificate(desk.ports(), asked).then(
    async () => (await desk.db().enrollment.findFirstOrThrow({ where: { memberId: member.id } })).dn,
    async (error: { code: string; detail: unknown }) => {
      expect(await desk.db().enrollment.count({ where: { memberId: member.id } })).toBe(0);
      return { code: error.code, detail: error.detail };
    },
  );
}

describe("CN", () => {
  test.each([
    ["displayName", { displayName: "Hanako Kokuritsu", eppn: null }, /^CN=Hanako Kokuritsu,OU=No 1,/],
    ["displayName", { displayName: "Zoë Müller", eppn: null }, /^CN=Zoe Muller,/],
    ["uid", { displayName: "国立 花子", eppn: "hanako@a.example.ac.jp" }, /^CN=hanako,/],
    ["eppn", { displayName: "国立 花子", eppn: "hanako@a.example.ac.jp" }, /^CN=hanako@a\.example\.ac\.jp,/],
  ] as const)("by %s of %j", async (rule, person, name) => {
    expect(await nameOf(rule, person)).toMatch(name);
  });

  test.each([
    [
      "displayName",
      { displayName: "国立 花子", eppn: null },
      { code: "name_not_writable", value: "国立花子" },
    ],
    ["uid", { displayName: "Hanako", eppn: null }, { code: "name_missing", field: "eppn" }],
    ["eppn", { displayName: "Hanako", eppn: null }, { code: "name_missing", field: "eppn" }],
    ["displayName", { displayName: "H".repeat(65), eppn: null }, { code: "name_not_usable" }],
  ] as const)("by %s of %j is refused, and nothing is made", async (rule, person, { code, ...detail }) => {
    expect(await nameOf(rule, person)).toMatchObject({ code, detail });
  });
});

test("a name that is too long as a whole is refused with the value", async () => {
  const units = Array.from({ length: 4 }, (_, n) => `OU=${String(n).repeat(60)}`).join(",");
  const refused = await nameOf("displayName", { displayName: "Hanako", eppn: null }, `${units},O=A,C=JP`);
  expect(refused).toMatchObject({ code: "not_issuable", detail: { field: "dn" } });
});

test("a base that the service would not take names the part that is at fault", async () => {
  const refused = await nameOf("displayName", { displayName: "Hanako", eppn: null }, "O=国立大学,C=JP");
  expect(refused).toMatchObject({ code: "not_issuable", detail: { field: "O", value: "国立大学" } });
});

test("a term that no profile stands for is not offered", async () => {
  const member = await desk.newMember();
  const asked = { memberId: member.id, kind: "client", months: 12, key: "client:0", locale: "ja" } as const;
  await expect(requestCertificate(desk.ports(), asked)).rejects.toMatchObject({ code: "term_not_offered" });
});
