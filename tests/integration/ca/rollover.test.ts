/** From an empty portal with a root on another machine to the second generation, with OpenSSL as judge. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acceptCertificate } from "@/server/ca/local/ceremony/accept.ts";
import { warnOfEndingIssuers } from "@/server/ca/local/ceremony/endings.ts";
import { importList } from "@/server/ca/local/ceremony/import-list.ts";
import { listIssuers } from "@/server/ca/local/ceremony/list.ts";
import { renewIssuer, requestIssuer } from "@/server/ca/local/ceremony/request.ts";
import { revokeIssuer } from "@/server/ca/local/ceremony/revoke.ts";
import { switchTo } from "@/server/ca/local/ceremony/use.ts";
import { makeList, signRequest } from "@/server/ca/offline-root/root.ts";
import {
  bringList,
  type Ceremony,
  openCeremony,
  openedWithOfflineRoot,
  openRoot,
  passphrase,
  serialOf,
} from "./ceremony.ts";
import { questionFor, readAnswer } from "./door.ts";
import { days, issuerCertificate, minutes } from "./office.ts";
import { openssl, pem, put, unpack } from "./openssl.ts";

const key = { algorithm: "p-256" } as const;

async function certificateOf({ office }: Pick<Ceremony, "office">, orderId: string) {
  return office.db.certificate.findUniqueOrThrow({ where: { orderId } });
}

async function listOf({ office }: Pick<Ceremony, "office">, issuerId: string): Promise<string> {
  const where = { issuerId_shard: { issuerId, shard: 0 } };
  return pem((await office.db.revocationList.findUniqueOrThrow({ where })).full, "X509 CRL");
}

/** What OpenSSL says of a member's certificate below the root, with the lists of both. */
async function judged(ceremony: Ceremony, certificate: Uint8Array, issuerId: string, rootId: string) {
  const { db, now } = ceremony.office;
  const lists = (await listOf(ceremony, rootId)) + (await listOf(ceremony, issuerId));
  return openssl(
    ...["verify", "-x509_strict", "-purpose", "sslclient", "-crl_check_all", "-CRLfile", put(lists)],
    ...["-attime", String(Math.floor(now().getTime() / 1000))],
    ...["-CAfile", put(pem(await issuerCertificate(db, rootId)))],
    ...["-untrusted", put(pem(await issuerCertificate(db, issuerId)))],
    put(pem(certificate)),
  );
}

test("the whole ceremony: an offline root, two generations, and what the first issued stays good and can be revoked", async () => {
  const ceremony = await openedWithOfflineRoot();
  const { office, world, root } = ceremony;
  const before = await office.collected();
  const open = await office.admitted();
  const first = await certificateOf(ceremony, before.id);
  expect(first.issuerId).toBe("client");
  expect(await judged(ceremony, first.der, "client", "root")).toMatchObject({ ok: true });

  // The next generation, signed by the same root.
  const requested = await requestIssuer(world, { kind: "client", key });
  expect(requested).toMatchObject({ done: { id: "client-g2", certificate: null }, already: false });
  const file = ("done" in requested && requested.done.request) || new Uint8Array();
  const signed = await signRequest({ folder: root.folder, file, passphrase, now: world.now() });
  expect(await switchTo(world, { id: "client-g2" })).toEqual({ refused: "waiting" });
  const accepted = await acceptCertificate(world, { files: [Buffer.from(signed)] });
  expect(accepted).toMatchObject({ done: { id: "client-g2", parentId: "root", issuesFrom: null } });
  office.pass(minutes(1));
  expect((await certificateOf(ceremony, (await office.collected()).id)).issuerId).toBe("client");
  expect(await switchTo(world, { id: "client-g2" })).toMatchObject({ done: { id: "client-g2" } });

  // Within a minute: a download that had begun goes on with the new one, its chain whole.
  office.pass(minutes(1));
  const answer = await office.ca.collect({ ...open, encryption: "modern" });
  if (answer.result !== "package") throw new Error(answer.because);
  const second = await certificateOf(ceremony, open.id);
  expect(second.issuerId).toBe("client-g2");
  await office.ca.publishAll();
  expect(await judged(ceremony, second.der, "client-g2", "root")).toMatchObject({ ok: true });
  const { chain } = unpack(answer.file, open.pin);
  expect(chain.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  expect(openssl("x509", "-in", put(chain), "-noout", "-subject").said).toMatch(/CA G[12]|Root/);
  const text = openssl("x509", "-in", put(pem(second.der)), "-noout", "-text").said;
  expect(text).toContain("http://ca.example.ac.jp/pki/client-g2.cer");
  expect(text).toContain("http://ca.example.ac.jp/pki/client-g2.crl");

  // The first generation speaks for what it issued.
  expect(await judged(ceremony, first.der, "client", "root")).toMatchObject({ ok: true });
  await office.ca.revoke({ enrollmentId: "e", orderIds: [before.id], reason: "keyCompromise" });
  const refused = await judged(ceremony, first.der, "client", "root");
  expect(refused).toMatchObject({ ok: false, said: expect.stringContaining("certificate revoked") });
  expect(await judged(ceremony, second.der, "client-g2", "root")).toMatchObject({ ok: true });
  const told = async ({ serial, issuerId }: { serial: string; issuerId: string }) => {
    const body = Uint8Array.from(await questionFor(office, [serial], { issuer: issuerId }));
    const headers = { "Content-Type": "application/ocsp-request" };
    const asked = new Request("http://ca.example.ac.jp/ocsp", { method: "POST", headers, body });
    const answered = await office.ca.answerWeb(asked);
    return readAnswer(office, new Uint8Array(await answered.arrayBuffer()), issuerId);
  };
  expect(await told(first)).toMatchObject({ verified: true, statuses: ["revoked"] });
  expect(await told(second)).toMatchObject({ verified: true, statuses: ["good"] });
  for (const name of ["root.crl", "client.crl", "client-g2.crl", "root.cer", "client-g2.cer"])
    expect(await office.ca.publicFile(name)).toBeTypeOf("object");
  expect((await office.ca.authorities()).map(({ id }) => id)).toEqual([
    "client-g2",
    "client",
    "smime",
    "root",
  ]);

  expect((await listIssuers(world)).map(({ id, state, key }) => [id, state, key])).toEqual([
    ["root", "signs", "offline"],
    ["client-g2", "issues", "sealed"],
    ["client", "keeps_lists", "sealed"],
    ["smime", "issues", "sealed"],
  ]);
  // What was done is in the audit, once each.
  const noted = await world.db.auditEntry.findMany({ where: { deed: "ca.changed", subjectId: "client-g2" } });
  expect(noted.map(({ after }) => (after as { did: string }).did).toSorted()).toEqual([
    "accepted",
    "requested",
    "used",
  ]);
});

test("a change can be set for an hour, and comes at that hour; one that was set is taken back by the next", async () => {
  const ceremony = await openCeremony("built-in");
  const { office, world } = ceremony;
  await office.ca.prepare();
  expect(await renewIssuer(world, { kind: "client", key })).toMatchObject({ already: false });
  const at = new Date(world.now().getTime() + minutes(90));
  expect(await switchTo(world, { id: "client-g2", at })).toMatchObject({ done: { issuesFrom: at } });
  await office.ca.open();
  office.pass(minutes(89));
  expect((await certificateOf(ceremony, (await office.collected()).id)).issuerId).toBe("client");
  office.pass(minutes(1));
  expect((await certificateOf(ceremony, (await office.collected()).id)).issuerId).toBe("client-g2");

  // Back again, and the other way round.
  expect(await switchTo(world, { id: "client" })).toMatchObject({ already: false });
  office.pass(minutes(1));
  expect((await certificateOf(ceremony, (await office.collected()).id)).issuerId).toBe("client");
  const later = new Date(world.now().getTime() + minutes(60));
  await switchTo(world, { id: "client-g2", at: later });
  expect(await switchTo(world, { id: "client" })).toMatchObject({ already: true });
  office.pass(minutes(61));
  expect((await certificateOf(ceremony, (await office.collected()).id)).issuerId).toBe("client");
});

test("downloads that are under way while the CA changes each have one issuer, and its chain", async () => {
  const ceremony = await openCeremony("built-in");
  const { office, world } = ceremony;
  await office.ca.prepare();
  await renewIssuer(world, { kind: "client", key });
  const orders = await Promise.all(Array.from({ length: 8 }, () => office.admitted()));
  const at = new Date(world.now().getTime() + 1);
  await switchTo(world, { id: "client-g2", at });
  await office.ca.open();
  const half = orders.splice(0, 4).map((order) => office.ca.collect({ ...order, encryption: "modern" }));
  office.pass(minutes(2));
  const rest = orders.map((order) => office.ca.collect({ ...order, encryption: "modern" }));
  const answers = await Promise.all([...half, ...rest]);
  expect(answers.map(({ result }) => result)).toEqual(Array(8).fill("package"));
  const rows = await office.db.certificate.findMany();
  expect(new Set(rows.map(({ issuerId }) => issuerId)).has("client-g2")).toBe(true);
  const root = put(pem(await issuerCertificate(office.db, "root")));
  for (const { der, issuerId } of rows) {
    const issuer = put(pem(await issuerCertificate(office.db, issuerId)));
    expect(openssl("verify", "-CAfile", root, "-untrusted", issuer, put(pem(der))).ok).toBe(true);
    const text = openssl("x509", "-in", put(pem(der)), "-noout", "-text").said;
    expect(text).toContain(`/pki/${issuerId}.cer`);
    expect(text).toContain(`/pki/${issuerId}.crl`);
  }
});

test("an issuing CA that the built-in root revokes issues nothing more, and OpenSSL refuses what it issued", async () => {
  const ceremony = await openCeremony("built-in");
  const { office, world } = ceremony;
  await office.ca.prepare();
  const { id, ...waiting } = await office.collected();
  const begun = await office.admitted();
  const { der } = await certificateOf(ceremony, id);
  expect(await judged(ceremony, der, "client", "root")).toMatchObject({ ok: true });
  const revoked = await revokeIssuer(world, { id: "client", reason: "cACompromise" });
  expect(revoked).toMatchObject({ done: { revocationReason: 2 }, already: false });
  expect(await revokeIssuer(world, { id: "client", reason: "superseded" })).toMatchObject({
    done: { revocationReason: 2 },
    already: true,
  });
  office.pass(minutes(1));
  await office.ca.prepare();
  const answer = await judged(ceremony, der, "client", "root");
  expect(answer).toMatchObject({ ok: false, said: expect.stringContaining("certificate revoked") });
  expect(openssl("crl", "-in", put(await listOf(ceremony, "root")), "-noout", "-text").said).toContain(
    "CA Compromise",
  );
  expect(waiting.pin).not.toBe("");

  // What is ordered now waits, and nobody is refused; with the next generation it goes on.
  await office.ca.submit({ ...waiting.order, id: "later", dn: "CN=later,O=Demo University A,C=JP" });
  expect(await office.told("later")).toEqual([]);
  expect(await switchTo(world, { id: "client" })).toEqual({ refused: "revoked" });

  // Who is at the download is told so, as often as they try, and loses nothing by it.
  const refused = { result: "refused", because: "no_issuer" };
  const download = () => office.ca.collect({ ...begun, encryption: "modern" });
  expect(await Promise.all([download(), download()])).toEqual([refused, refused]);
  await renewIssuer(world, { kind: "client", key });
  await switchTo(world, { id: "client-g2" });
  office.pass(minutes(1));
  await office.ca.submit({ ...waiting.order, id: "later", dn: "CN=later,O=Demo University A,C=JP" });
  expect(await office.told("later")).toEqual(["pin_issued"]);
  expect(await download()).toMatchObject({ result: "package" });
  expect(await certificateOf(ceremony, begun.id)).toMatchObject({ issuerId: "client-g2" });
});

test("an offline root revokes by its list; what is wrong with a list is said by name", async () => {
  const ceremony = await openedWithOfflineRoot();
  const { office, world, root } = ceremony;
  const stranger = await openRoot(world.now());
  const theirs = await makeList({ folder: stranger.folder, passphrase, now: world.now() });
  expect(await importList(world, Buffer.from(theirs.pem))).toEqual({ refused: "signature" });
  expect(await importList(world, randomBytes(300))).toEqual({ refused: "unreadable" });
  expect(await importList(world, Buffer.from("-----BEGIN X509 CRL-----\nAAAA"))).toEqual({
    refused: "unreadable",
  });

  const file = readFileSync(join(root.folder, "root.crl"));
  expect(await importList(world, file)).toMatchObject({ already: true });
  const older = Buffer.from(file);
  expect(await bringList(ceremony, root.folder)).toMatchObject({ done: { number: 3 }, already: false });
  expect(await importList(world, older)).toEqual({ refused: "not_newer" });
  expect(await revokeIssuer(world, { id: "client", reason: "superseded" })).toEqual({
    refused: "root_offline",
  });

  // Six weeks before its end an operator reads of it in the log.
  expect(await warnOfEndingIssuers(world)).toEqual([]);
  const where = { issuerId_shard: { issuerId: "root", shard: 0 } };
  const { nextUpdate } = await office.db.revocationList.findUniqueOrThrow({ where });
  const later = new Date(nextUpdate.getTime() - days(41));
  expect(await warnOfEndingIssuers({ ...world, now: () => later })).toEqual([
    { id: "root", what: "list", at: nextUpdate },
  ]);

  const serial = serialOf(await issuerCertificate(office.db, "client"));
  const brought = await bringList(ceremony, root.folder, { serial, reason: 2 });
  expect(brought).toMatchObject({ done: { number: 4, revoked: ["client"] } });
  expect((await listIssuers(world)).find(({ id }) => id === "client")?.state).toBe("revoked");
  office.pass(minutes(1));
  expect(await office.ca.open()).toEqual({ issues: false });

  const outdated = await makeList({ folder: root.folder, passphrase, now: new Date("2020-01-01") });
  expect(await importList(world, Buffer.from(outdated.pem))).toEqual({ refused: "outdated" });
  const ahead = new Date(world.now().getTime() + minutes(60));
  const early = await makeList({ folder: root.folder, passphrase, now: ahead });
  expect(await importList(world, Buffer.from(early.pem))).toEqual({ refused: "not_yet" });
});
