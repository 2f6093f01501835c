/** The root's ceremony step by step: what is asked for, what comes back, what is not taken, and what interruptions and races leave. */

import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { acceptCertificate } from "@/server/ca/local/ceremony/accept.ts";
import { warnOfEndingIssuers } from "@/server/ca/local/ceremony/endings.ts";
import { importList } from "@/server/ca/local/ceremony/import-list.ts";
import { listIssuers } from "@/server/ca/local/ceremony/list.ts";
import { dropRequest, renewIssuer, requestIssuer } from "@/server/ca/local/ceremony/request.ts";
import { switchTo } from "@/server/ca/local/ceremony/use.ts";
import { LocalCa } from "@/server/ca/local/local-ca.ts";
import { signRequest } from "@/server/ca/offline-root/root.ts";
import { readCaRequest } from "@/server/pki/read-ca-request.ts";
import { addCalendarMonths } from "@/server/pki/validity.ts";
import { root as checkout } from "@/tests/support/sources.ts";
import {
  bringList,
  type Ceremony,
  certified,
  keysElsewhere,
  newFolder,
  openCeremony,
  openRoot,
  passphrase,
} from "./ceremony.ts";
import { openssl, pem, put } from "./openssl.ts";

const key = { algorithm: "p-256" } as const;

async function requestOf({ world }: Ceremony, kind: "client" | "smime" = "client"): Promise<Uint8Array> {
  const requested = await requestIssuer(world, { kind, key });
  if (!("done" in requested)) throw new Error(requested.refused);
  return requested.done.request ?? new Uint8Array();
}

describe("a portal whose root is offline, before its ceremony", () => {
  test("makes no CA, takes orders, which wait, and says what is missing", async () => {
    const { office } = await openCeremony();
    await office.ca.prepare();
    expect(await office.db.issuer.count()).toBe(0);
    expect(await office.ca.open()).toEqual({ issues: false });
    expect(await office.ca.authorities()).toEqual([]);
    expect(await office.ca.publicFile("root.cer")).toBe("unknown");
    expect(await office.ca.publishAll()).toEqual([]);
    const { id } = await office.ordered();
    expect(await office.told(id)).toEqual([]);
    expect(await office.db.ticket.count()).toBe(0);
  });

  test("one with the built-in root asks for no ceremony before it has begun", async () => {
    const { world } = await openCeremony("built-in");
    expect(await requestIssuer(world, { kind: "client", key })).toEqual({ refused: "no_issuers" });
    expect(await renewIssuer(world, { kind: "client", key })).toEqual({ refused: "no_root_here" });
    expect(await world.db.issuer.count()).toBe(0);
  });
});

describe("a request", () => {
  test("is one that OpenSSL verifies, and says what its certificate is to say", async () => {
    const ceremony = await openCeremony();
    const { ok, said } = openssl(
      ...["req", "-in", put(pem(await requestOf(ceremony, "smime"), "CERTIFICATE REQUEST"))],
      ...["-noout", "-verify", "-text"],
    );
    expect(ok).toBe(true);
    expect(said).toContain("self-signature verify OK");
    expect(said).toMatch(/CA:TRUE, pathlen:0/);
    expect(said).toContain("E-mail Protection");
    expect(said).toContain("URI:http://ca.example.ac.jp/pki/root.crl");
    expect(said).toContain("URI:http://ca.example.ac.jp/pki/root.cer");
  });

  test("waits alone: asked for again, or by many at once, it is the same one", async () => {
    const ceremony = await openCeremony();
    const { world } = ceremony;
    const many = await Promise.all(
      Array.from({ length: 5 }, () => requestIssuer(world, { kind: "client", key })),
    );
    const rows = many.map((one) =>
      "done" in one ? Buffer.from(one.done.request ?? []).toString("hex") : "",
    );
    expect(new Set(rows).size).toBe(1);
    expect(many.filter((one) => "done" in one && !one.already)).toHaveLength(1);
    expect(await requestIssuer(world, { kind: "client", key: { ...key, place: "pkcs11:object=a" } })).toEqual(
      { refused: "under_way", id: "client" },
    );
    expect(await renewIssuer(world, { kind: "client", key })).toMatchObject({ refused: "under_way" });
    expect(await dropRequest(world, "client")).toEqual({ done: true });
    expect(await dropRequest(world, "client")).toEqual({ refused: "unknown" });
    expect(await requestIssuer(world, { kind: "client", key })).toMatchObject({ already: false });
  });

  test("takes a key from elsewhere, which an interrupted request has left there, and none that another CA has", async () => {
    const elsewhere = keysElsewhere();
    const { world, office } = await openCeremony("offline", elsewhere);
    const place = "pkcs11:token=ca;object=client";
    const left = await elsewhere.makeKey(place);
    const asked = await requestIssuer(world, { kind: "client", key: { ...key, place } });
    expect(asked).toMatchObject({ done: { id: "client", keyRef: place, sealedKey: null } });
    expect(
      (await readCaRequest(("done" in asked && asked.done.request) || new Uint8Array())).publicKey.equals(
        left,
      ),
    ).toBe(true);
    const { folder, fingerprint } = await openRoot(world.now());
    const root = { folder, fingerprint, certificate: readFileSync(join(folder, "root.pem")) };
    const file = ("done" in asked && asked.done.request) || new Uint8Array();
    const signed = await signRequest({ folder, file, passphrase, now: world.now() });
    await acceptCertificate(world, {
      files: [Buffer.from(signed), root.certificate],
      rootFingerprint: fingerprint,
    });
    expect(await requestIssuer(world, { kind: "smime", key: { ...key, place } })).toEqual({
      refused: "key_known",
      id: "client",
    });
    expect((await listIssuers(world)).find(({ id }) => id === "client")?.key).toBe(place);

    // A place that cannot be reached keeps nobody from what else there is.
    elsewhere.keys.clear();
    const ca = new LocalCa({ ...office.parts });
    expect(await ca.publicFile("client.cer")).not.toBe("unknown");
  });
});

describe("a certificate from the root", () => {
  let ceremony: Ceremony;
  let root: { folder: string; fingerprint: string; certificate: Uint8Array };
  let signed: Uint8Array;
  beforeAll(async () => {
    ceremony = await openCeremony();
    const { folder, fingerprint } = await openRoot(ceremony.world.now());
    root = { folder, fingerprint, certificate: readFileSync(join(folder, "root.pem")) };
    const file = await requestOf(ceremony);
    signed = Buffer.from(await signRequest({ folder, file, passphrase, now: ceremony.world.now() }));
  });

  test("is taken with a root that is new only when its fingerprint was confirmed; then, and again, and by several at once", async () => {
    const { world } = ceremony;
    expect(await acceptCertificate(world, { files: [signed] })).toEqual({ refused: "no_root" });
    const files = [root.certificate, signed];
    const { fingerprint } = root;
    expect(await acceptCertificate(world, { files })).toMatchObject({ unconfirmed: { fingerprint } });
    const wrong = fingerprint.replace(/^../, fingerprint.startsWith("00") ? "01" : "00");
    expect(await acceptCertificate(world, { files, rootFingerprint: wrong })).toHaveProperty("unconfirmed");
    expect(await world.db.issuer.count()).toBe(1);

    const many = await Promise.all(
      Array.from({ length: 4 }, () => acceptCertificate(world, { files, rootFingerprint: fingerprint })),
    );
    expect(many.map((one) => "already" in one && one.already).sort()).toEqual([false, true, true, true]);
    expect((await listIssuers(world)).map(({ id, state, parentId }) => [id, state, parentId])).toEqual([
      ["root", "signs", null],
      ["client", "ready", "root"],
    ]);
  });

  test("is not used before the root's list is here, nor when it is over, nor with too short a life left", async () => {
    const { world, office } = ceremony;
    expect(await switchTo(world, { id: "client" })).toEqual({ refused: "root_list_missing" });
    expect(await switchTo(world, { id: "root" })).toEqual({ refused: "is_root" });
    expect(await switchTo(world, { id: "client-g9" })).toEqual({ refused: "unknown" });
    await bringList(ceremony, root.folder);
    const at = (months: number) => addCalendarMonths(world.now(), months);
    expect(await switchTo(world, { id: "client", at: at(-1) })).toEqual({ refused: "in_the_past" });
    expect(await switchTo(world, { id: "client", at: at(13) })).toEqual({ refused: "root_list_outdated" });
    expect(await switchTo(world, { id: "client", at: at(15 * 12 - 51) })).toEqual({
      refused: "ends_too_soon",
    });
    expect(await office.ca.open()).toEqual({ issues: false });
    expect(await switchTo(world, { id: "client" })).toMatchObject({ already: false });
    expect(await switchTo(world, { id: "client" })).toMatchObject({ already: true });
  });

  test("is not taken for another key, nor a second one for the same", async () => {
    const { world } = ceremony;
    const other = await openCeremony();
    const file = await requestOf(other);
    const now = world.now();
    const theirs = await signRequest({ folder: root.folder, file, passphrase, now });
    expect(await acceptCertificate(world, { files: [Buffer.from(theirs)] })).toEqual({ refused: "not_ours" });
    expect(await acceptCertificate(world, { files: [Buffer.from("nothing")] })).toEqual({
      refused: "no_certificate",
    });
  });
});

/** An OpenSSL root, and what it makes of a request with the extensions given. */
async function openOpensslRoot() {
  const folder = newFolder();
  mkdirSync(folder);
  const [keyFile, certificate] = [join(folder, "root.key"), join(folder, "root.pem")];
  const made = openssl(
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-noenc", "-days", "9000"],
    ...["-subj", "/C=JP/O=Example University/CN=Example University Root CA G1", "-keyout", keyFile],
    ...["-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", certificate],
  );
  if (!made.ok) throw new Error(made.said);
  const sign = (request: string, ...how: string[]) => {
    const out = join(folder, "signed.pem");
    const issued = ["-CA", certificate, "-CAkey", keyFile, "-out", out];
    const { ok, said } = openssl("x509", "-req", "-in", request, ...issued, ...how);
    if (!ok) throw new Error(said);
    return readFileSync(out);
  };
  return { certificate: readFileSync(certificate), sign };
}

describe("with plain OpenSSL as the root", () => {
  const sections = {
    basicConstraints: "critical,CA:TRUE,pathlen:0",
    keyUsage: "critical,keyCertSign,cRLSign",
    extendedKeyUsage: "clientAuth",
    certificatePolicies: "2.5.29.32.0",
    crlDistributionPoints: "URI:http://ca.example.ac.jp/pki/root.crl",
    authorityInfoAccess: "caIssuers;URI:http://ca.example.ac.jp/pki/root.cer",
    subjectKeyIdentifier: "hash",
    authorityKeyIdentifier: "keyid",
  };
  const file = (changes: Record<string, string | null> = {}) =>
    put(
      Object.entries({ ...sections, ...changes })
        .filter(([, value]) => value !== null)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(""),
    );

  let ceremony: Ceremony;
  let root: Awaited<ReturnType<typeof openOpensslRoot>>;
  let request: string;
  beforeAll(async () => {
    ceremony = await openCeremony();
    root = await openOpensslRoot();
    request = put(pem(await requestOf(ceremony), "CERTIFICATE REQUEST"));
  });
  const brought = (certificate: Uint8Array) =>
    acceptCertificate(ceremony.world, {
      files: [certificate, root.certificate],
      rootFingerprint: new X509Certificate(root.certificate).fingerprint256,
    });

  test.each([
    ["no CA", { basicConstraints: "critical,CA:FALSE" }, "not_ca"],
    ["one with CAs below it", { basicConstraints: "critical,CA:TRUE" }, "path_length"],
    ["one that signs no lists", { keyUsage: "critical,keyCertSign" }, "key_usage"],
    ["one for mail", { extendedKeyUsage: "emailProtection" }, "purpose"],
    ["one for more", { extendedKeyUsage: "clientAuth,serverAuth" }, "purpose"],
    ["one for everything", { extendedKeyUsage: null }, "purpose"],
    ["one of another policy", { certificatePolicies: "1.2.3.4" }, "policy"],
    [
      "one whose root's list is elsewhere",
      { crlDistributionPoints: "URI:http://x.example/a.crl" },
      "crl_address",
    ],
    [
      "one whose root is elsewhere",
      { authorityInfoAccess: "caIssuers;URI:http://x.example/a" },
      "certificate_address",
    ],
    ["one with another key identifier", { subjectKeyIdentifier: "0102" }, "key_identifier"],
    [
      "one with something critical",
      { nameConstraints: "critical,permitted;email:example.ac.jp" },
      "critical",
    ],
  ])("%s is refused", async (_, changes, refused) => {
    const certificate = root.sign(request, "-days", "5000", "-extfile", file(changes));
    expect(await brought(certificate)).toMatchObject({ refused });
  });

  test("one that is over, outlives its root, or is signed with SHA-1 is refused, and so is another name", async () => {
    const extensions = ["-extfile", file()];
    expect(await brought(root.sign(request, "-days", "9999", ...extensions))).toEqual({
      refused: "beyond_root",
    });
    expect(await brought(root.sign(request, "-days", "5000", "-sha1", ...extensions))).toEqual({
      refused: "weak_signature",
    });
    const renamed = root.sign(request, "-days", "5000", ...extensions, "-subj", "/CN=Another");
    expect(await brought(renamed)).toEqual({ refused: "subject" });
    const damaged = Buffer.from(new X509Certificate(root.sign(request, "-days", "5000", ...extensions)).raw);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    expect(await brought(damaged)).toEqual({ refused: "signature" });
    const good = root.sign(request, "-days", "5000", ...extensions);
    ceremony.office.pass(5001 * 86_400_000);
    expect(await brought(good)).toEqual({ refused: "over" });
    ceremony.office.passUntil(new Date());
    expect(await ceremony.world.db.issuer.count()).toBe(1);
  });

  test("the extensions of the request, copied, are taken", async () => {
    const certificate = root.sign(request, "-days", "5000", "-copy_extensions", "copyall");
    expect(await brought(certificate)).toMatchObject({ done: { id: "client", parentId: "root" } });
  });

  test("those of the ceremony's text are taken, for the other kind and the root that is known", async () => {
    const mail = put(pem(await requestOf(ceremony, "smime"), "CERTIFICATE REQUEST"));
    const certificate = root.sign(
      mail,
      "-days",
      "5000",
      "-extfile",
      file({ extendedKeyUsage: "emailProtection" }),
    );
    expect(await acceptCertificate(ceremony.world, { files: [certificate] })).toMatchObject({
      done: { id: "smime", parentId: "root" },
    });
  });
});

test("what comes in and is put to use at the same moment is done in turn, and once", async () => {
  const ceremony = await openCeremony();
  const { world } = ceremony;
  const { folder, fingerprint } = await openRoot(world.now());
  const root = { folder, fingerprint, certificate: readFileSync(join(folder, "root.pem")) };
  await certified(ceremony, root, "smime");
  await bringList(ceremony, folder);
  const signed = await signRequest({
    folder,
    file: await requestOf(ceremony),
    passphrase,
    now: world.now(),
  });
  const accept = () => acceptCertificate(world, { files: [Buffer.from(signed)] });
  const use = () => switchTo(world, { id: "client" });
  const outcomes = await Promise.all([use(), accept(), use(), accept(), use(), use()]);
  for (const outcome of outcomes)
    expect("refused" in outcome ? outcome : "done").toEqual(
      "refused" in outcome ? { refused: "waiting" } : "done",
    );
  expect(outcomes.filter((one) => "already" in one && !one.already).length).toBeLessThanOrEqual(2);
  expect(await use()).toHaveProperty("done");
  expect(await world.db.issuer.findMany({ where: { kind: "client" } })).toMatchObject([
    { id: "client", parentId: "root", issuesFrom: expect.any(Date) },
  ]);
});

test("another root begins a generation of its own, with addresses of its own", async () => {
  const ceremony = await openCeremony();
  const { world } = ceremony;
  const open = async () => {
    const { folder, fingerprint } = await openRoot(world.now());
    return { folder, fingerprint, certificate: readFileSync(join(folder, "root.pem")) };
  };
  const [first, second] = [await open(), await open()];
  expect(await certified(ceremony, first, "client")).toBe("client");
  const asked = await requestIssuer(world, { kind: "client", key, anotherRoot: true });
  const file = ("done" in asked && asked.done.request) || new Uint8Array();
  expect((await readCaRequest(file)).extensions.crlUrls).toEqual(["http://ca.example.ac.jp/pki/root-g2.crl"]);
  // By the root that is known its addresses are wrong.
  const wrong = await signRequest({ folder: first.folder, file, passphrase, now: world.now() });
  expect(await acceptCertificate(world, { files: [Buffer.from(wrong)] })).toEqual({
    refused: "crl_address",
    expected: "http://ca.example.ac.jp/pki/root.crl",
  });
  const right = await signRequest({ folder: second.folder, file, passphrase, now: world.now() });
  const accepted = await acceptCertificate(world, {
    files: [Buffer.from(right), second.certificate],
    rootFingerprint: second.fingerprint,
  });
  expect(accepted).toMatchObject({ done: { id: "client-g2", parentId: "root-g2" } });
});

test("operators are told in the log a year before an issuing CA ends too soon for the longest certificates", async () => {
  const { office, world } = await openCeremony("built-in");
  await office.ca.prepare();
  expect(await warnOfEndingIssuers(world)).toEqual([]);
  const { notAfter } = (await listIssuers(world)).find(({ id }) => id === "client") ?? {};
  const last = addCalendarMonths(notAfter ?? new Date(0), -52);
  office.passUntil(addCalendarMonths(last, -11));
  const endings = await warnOfEndingIssuers(world);
  expect(endings).toEqual([
    { id: "client", what: "issuing", at: last },
    { id: "smime", what: "issuing", at: last },
  ]);
});

test("OpenSSL as the README sets it up is a root: its certificates are taken, and its lists", async () => {
  const ceremony = await openCeremony();
  const { world } = ceremony;
  const readme = readFileSync(join(checkout, "server/ca/README.md"), "utf8");
  const config = /```ini\n([^`]+)```/.exec(readme)?.[1] ?? "";
  const commands = /```sh\n([^`]+)```/.exec(readme)?.[1] ?? "";
  const folder = newFolder();
  mkdirSync(folder);
  writeFileSync(join(folder, "root.cnf"), config);
  writeFileSync(join(folder, "client.csr"), pem(await requestOf(ceremony), "CERTIFICATE REQUEST"));
  // Where the README lets OpenSSL ask, it is told.
  const script = commands.replace("req -x509", "req -x509 -noenc").replace("-notext", "-notext -batch");
  const { status, stderr } = spawnSync("sh", ["-ec", script], { cwd: folder, encoding: "utf8" });
  expect(status, stderr).toBe(0);

  const read = (name: string) => readFileSync(join(folder, name));
  const rootFingerprint = new X509Certificate(read("root.pem")).fingerprint256;
  expect(
    await acceptCertificate(world, { files: [read("client.pem"), read("root.pem")], rootFingerprint }),
  ).toMatchObject({ done: { id: "client", parentId: "root" } });
  ceremony.office.passUntil(new Date());
  expect(await importList(world, read("root.crl"))).toMatchObject({ done: { rootId: "root", number: 1 } });
  expect(await switchTo(world, { id: "client" })).toMatchObject({ already: false });
});
