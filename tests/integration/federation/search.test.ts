/** Who is listed, who is not, and since when. */
import { beforeAll, expect, test, vi } from "vitest";
import type { Database } from "@/server/db.ts";
import { logoAnswer } from "@/server/federation/discovery/logo.ts";
import { searchProviders } from "@/server/federation/discovery/search.ts";
import { findProviders } from "@/server/federation/metadata/providers.ts";
import { testDatabase } from "@/tests/support/database.ts";
import { inventedInstitution } from "@/tests/support/institutions.ts";

let db: Database;
const one = inventedInstitution(0);
const hidden = inventedInstitution(1);
const unsigned = inventedInstitution(2);
const nowhere = inventedInstitution(3);
const drawn = inventedInstitution(4);
const drawing = "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'/%3E";

beforeAll(async () => {
  db = await testDatabase();
  await db.identityProvider.createMany({
    data: [
      { ...one },
      { ...hidden, hidden: true, logoJa: drawing },
      { ...unsigned, certificates: [] },
      { ...nowhere, ssoRedirect: null },
      { ...drawn, logoJa: drawing, logoEn: null },
    ],
  });
  await inForceSince(new Date());
});

async function inForceSince(loadedAt: Date) {
  const state = { digest: "of a test", loadedAt };
  await db.federationState.upsert({
    where: { id: "current" },
    create: { id: "current", ...state },
    update: state,
  });
}

async function listed(q = "") {
  const { institutions } = await searchProviders(db, { q, locale: "ja" });
  return institutions.map(({ nameJa }) => nameJa).sort();
}

test("an institution that does not want to be listed is neither listed nor found, but known to who chose it", async () => {
  expect(await listed()).not.toContain(hidden.nameJa);
  expect(await listed(hidden.nameJa)).toEqual([]);
  expect(await listed(`@${hidden.domains[0]}`)).toEqual([]);
  expect((await findProviders(db, [hidden.id])).map(({ nameJa }) => nameJa)).toEqual([hidden.nameJa]);
});

test("an institution that cannot be used yet is listed as such", async () => {
  const { institutions } = await searchProviders(db, { q: "", locale: "ja" });
  const usable = new Map(institutions.map(({ id, usable }) => [id, usable]));
  expect([one, unsigned, nowhere].map(({ id }) => usable.get(id))).toEqual([true, false, false]);
  const found = await findProviders(db, ["\0", one.id, unsigned.id, nowhere.id]);
  expect(found.map(({ usable }) => usable)).toEqual([true, false, false]);
});

test("other metadata are searched as soon as they have been read, and nobody waits for that", async () => {
  const arrived = inventedInstitution(5);
  expect(await listed(arrived.nameJa)).toEqual([]);
  await db.$transaction(async (tx) => {
    await tx.identityProvider.delete({ where: { id: one.id } });
    await tx.identityProvider.create({ data: arrived });
    await tx.federationState.update({ where: { id: "current" }, data: { loadedAt: new Date() } });
  });
  expect(await listed(one.nameJa)).toEqual([one.nameJa]);
  await vi.waitFor(async () => expect(await listed(arrived.nameJa)).toEqual([arrived.nameJa]), {
    timeout: 15_000,
  });
  expect(await listed(one.nameJa)).toEqual([]);
});

test("a logo within the metadata is served by the portal, in either language, to nobody's harm", async () => {
  const { institutions } = await searchProviders(db, { q: drawn.nameJa, locale: "ja" });
  expect(institutions[0]?.logoJa).toBe(`/login/logo/${drawn.id}/ja`);
  const answer = await logoAnswer(db, drawn.id, "ja");
  expect(answer.headers.get("content-type")).toBe("image/svg+xml");
  expect(answer.headers.get("content-security-policy")).toContain("sandbox");
  expect(answer.headers.get("cache-control")).toContain("max-age");
  for (const [id, language] of [
    [drawn.id, "en"],
    [one.id, "ja"],
    ["'; --", "ja"],
  ] as const)
    expect((await logoAnswer(db, id, language)).status).toBe(404);
});
