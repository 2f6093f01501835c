/** The CAs themselves: made once, found again, named and bound as they should be. */
import { randomBytes, X509Certificate } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { LocalCa } from "@/server/ca/local/local-ca.ts";
import { openDatabase } from "@/server/db.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";
import { issuerCertificate, type Office, openOffice } from "./office.ts";
import { openssl, pem, put } from "./openssl.ts";

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});

test("processes that start at the same moment make one set of issuers, and lists of each", async () => {
  const url = await testDatabaseUrl();
  const databases = [openDatabase(url, 3), openDatabase(url, 3), openDatabase(url, 3)];
  const cas = databases.map((db) => new LocalCa({ ...office.parts, db }));
  await Promise.all(cas.map((ca) => ca.prepare()));
  const files = await Promise.all(cas.map((ca) => ca.publicFile("client.cer")));
  expect(new Set(files.map((file) => typeof file === "object" && file.etag)).size).toBe(1);
  const rows = await databases[0]?.revocationList.findMany({ orderBy: { issuerId: "asc" } });
  expect(rows?.map(({ issuerId, shard }) => [issuerId, shard])).toEqual([
    ["client", 0],
    ["root", 0],
    ["smime", 0],
  ]);
  for (const { number, fullNumber, full } of rows ?? []) {
    expect([1, 2, 3]).toContain(number);
    expect(fullNumber).toBe(number);
    expect(full.length).toBeGreaterThan(300);
  }
  await Promise.all(databases.map((db) => db.$disconnect()));
});

test("the issuers are found again after a restart", async () => {
  await office.ca.prepare();
  const before = await office.db.issuer.findMany({ orderBy: { id: "asc" } });
  const restarted = new LocalCa(office.parts);
  await restarted.prepare();
  expect(await office.db.issuer.findMany({ orderBy: { id: "asc" } })).toEqual(before);
});

test("another sealing key is told in words that name the setting, and changes nothing", async () => {
  await office.ca.prepare();
  const stranger = new LocalCa({ ...office.parts, sealing: sealing(randomBytes(32)) });
  await expect(stranger.prepare()).rejects.toThrow("SEALING_KEY");
  expect(await office.db.issuer.count()).toBe(3);
});

test.each([
  ["client", "Client Authentication CA G1", "TLS Web Client Authentication"],
  ["smime", "S/MIME CA G1", "E-mail Protection"],
])(
  "the issuing CA %s is for one purpose, has no CA below it, and hangs on the root",
  async (id, title, purpose) => {
    await office.ca.prepare();
    const root = put(pem(await issuerCertificate(office.db, "root")));
    const path = put(pem(await issuerCertificate(office.db, id)));
    expect(openssl("verify", "-x509_strict", "-CAfile", root, path)).toMatchObject({ ok: true });
    const text = openssl("x509", "-in", path, "-noout", "-text").said;
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    expect(text).toMatch(new RegExp(`Extended Key Usage:\\s+${purpose}\\n`));
    expect(text).toContain("URI:http://ca.example.ac.jp/pki/root.crl");
    expect(text).toContain("Public-Key: (3072 bit)");
    const { subject } = new X509Certificate(await issuerCertificate(office.db, id));
    expect(subject).toContain(`CN=Client Certificate Enrollment System ${title}`);
  },
);

test("a CA bears the names it is given", async () => {
  const db = openDatabase(await testDatabaseUrl(), 3);
  const authority = {
    system: "国立大学 証明書",
    organization: "国立大学",
    country: "JP",
    policies: { client: "2.999.7.1", smime: "2.999.7.2" },
  };
  await new LocalCa({ ...office.parts, db, authority }).prepare();
  const { subject } = new X509Certificate(await issuerCertificate(db, "root"));
  expect(subject).toBe("C=JP\nO=国立大学\nCN=国立大学 証明書 Root CA G1");
  await db.$disconnect();
});
