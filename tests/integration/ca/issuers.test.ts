/** The CAs themselves: made once, found again, named and bound as they should be. */
import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { LocalCa } from "@/server/ca/local/local-ca.ts";
import { openDatabase } from "@/server/db.ts";
import { keySigner } from "@/server/pki/signer.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";
import { issuerCertificate, minutes, type Office, openOffice } from "./office.ts";
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

test("processes see a change of the issuing CA within a minute, however seldom they are asked", async () => {
  const elsewhere = new LocalCa(office.parts);
  await elsewhere.open();
  await office.db.issuer.update({ where: { id: "smime" }, data: { issuesFrom: null } });
  office.pass(minutes(60));
  expect(await elsewhere.open()).toEqual({ issues: false });
  await office.db.issuer.update({ where: { id: "smime" }, data: { issuesFrom: office.now() } });
  office.pass(minutes(1));
  expect(await elsewhere.open()).toEqual({ issues: true });
});

test("a look that fails leaves the issuers that are known, and the next one finds what is new", async () => {
  const db = openDatabase(await testDatabaseUrl(), 3);
  let fails = false;
  const failing = db.$extends({
    query: {
      issuer: {
        findMany({ args, query }) {
          if (fails) throw new Error("The database is restarting.");
          return query(args);
        },
      },
    },
  }) as unknown as typeof db;
  const ca = new LocalCa({ ...office.parts, db: failing });
  await ca.open();
  fails = true;
  office.pass(minutes(5));
  expect(await ca.open()).toEqual({ issues: true });
  fails = false;
  await db.issuer.update({ where: { id: "client" }, data: { issuesFrom: null } });
  office.pass(minutes(5));
  expect(await ca.open()).toEqual({ issues: false });
  await db.$disconnect();
});

test("an issuing CA that its root has not signed issues nothing, and the others go on", async () => {
  const other = await openOffice();
  await other.ca.prepare();
  const stranger = await openOffice();
  await stranger.ca.prepare();
  const certificate = Uint8Array.from(await issuerCertificate(stranger.db, "root"));
  await other.db.issuer.create({
    data: { id: "root-g2", kind: "root", generation: 2, certificate, issuesFrom: other.now() },
  });
  await other.db.issuer.update({ where: { id: "smime" }, data: { parentId: "root-g2" } });
  const ca = new LocalCa(other.parts);
  await expect(ca.open()).rejects.toThrow("smime was not signed by the root");
  const order = { months: 13, mail: null, keyOrigins: ["server"] as const };
  await ca.submit({ ...order, id: "a", kind: "client", dn: "CN=学認 太郎,O=Demo University A,C=JP" });
  expect(await other.told("a")).toEqual(["pin_issued"]);
});

test("while a key elsewhere cannot be reached nothing is issued with it; as soon as it can, it is", async () => {
  const other = await openOffice();
  await other.ca.prepare();
  await other.db.issuer.update({
    where: { id: "client" },
    data: { sealedKey: null, keyRef: "pkcs11:object=client" },
  });
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  let there = false;
  const openSigner = async () => {
    if (!there) throw new Error("The HSM does not answer.");
    return keySigner(privateKey);
  };
  const ca = new LocalCa({ ...other.parts, openSigner });
  await expect(ca.open()).rejects.toThrow("The key of the CA client cannot be used now");
  expect(await ca.publicFile("client.cer")).toBeTypeOf("object");
  there = true;
  other.pass(minutes(1));
  // This key is another: the certificate's is not here. It was reached, and refused for what it is.
  await expect(ca.open()).rejects.toThrow("not the issuer's");
});
