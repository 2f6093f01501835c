/** The root on a machine of its own: its folder, its record, and what it does not sign. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { handOut } from "@/server/ca/offline-root/folder.ts";
import { decryptKey } from "@/server/ca/offline-root/key-file.ts";
import { lookAtRequest, makeList, newRoot, showRoot, signRequest } from "@/server/ca/offline-root/root.ts";
import { generateEcKey, spki } from "@/server/pki/keys.ts";
import { parseName } from "@/server/pki/name.ts";
import { clientAuthProfile, issuingCaProfile, type Profile } from "@/server/pki/profile.ts";
import { buildRequest } from "@/server/pki/request.ts";
import { keySigner } from "@/server/pki/signer.ts";

// A passphrase takes its time, which is what protects it.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const base = mkdtempSync(join(tmpdir(), "offline-root-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const vault = join(base, "vault");
const passphrase = "ほんとうに長い合言葉です。";
const now = new Date("2026-11-22T03:04:05Z");
const years = (count: number) => new Date(now.getTime() + count * 365.25 * 86_400_000);
const name = "CN=Root CA G1,O=国立例大学,C=JP";

const publication = {
  caIssuersUrl: "http://ca.example.ac.jp/root.cer",
  crlUrl: "http://ca.example.ac.jp/root.crl",
};
const issuingCa = issuingCaProfile({ extendedKeyUsage: ["clientAuth"], publication });

async function requestFor(
  profile: Pick<Profile, "extensions"> | null,
  subject = "CN=Client CA G1,O=国立例大学,C=JP",
) {
  const { publicKey, privateKey } = await generateEcKey("P-256");
  const signer = keySigner(privateKey);
  return buildRequest({
    spki: spki(publicKey),
    subject: parseName(subject),
    signatureAlgorithm: signer.algorithm,
    sign: signer.sign,
    ...(profile && { extensions: profile.extensions.ec }),
  });
}

beforeAll(() => newRoot({ folder: vault, name, algorithm: "p-256", passphrase, now }));

describe("a new root", () => {
  test("is a folder that only its owner reads, with an encrypted key", () => {
    expect(readdirSync(vault).sort()).toEqual(["root.key", "root.pem", "state.json"]);
    const key = readFileSync(join(vault, "root.key"), "utf8");
    expect(key).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    expect(decryptKey(key, passphrase)?.asymmetricKeyType).toBe("ec");
    // The same passphrase, as another machine's keyboard may give it.
    expect(decryptKey(key, passphrase.normalize("NFD"))?.asymmetricKeyType).toBe("ec");
    expect(decryptKey(key, `${passphrase} `)).toBeNull();
    expect(showRoot(vault)).toMatchObject({ subject: name, issued: [], crlNumber: 0 });
  });

  test("is not made over what is there, nor with a short passphrase, nor with a name that none may bear", async () => {
    const wish = { name, algorithm: "p-256", passphrase, now } as const;
    await expect(newRoot({ ...wish, folder: vault })).rejects.toMatchObject({ code: "there" });
    const folder = join(base, "other");
    await expect(newRoot({ ...wish, folder, passphrase: "elevenchars" })).rejects.toMatchObject({
      code: "passphrase_short",
    });
    await expect(newRoot({ ...wish, folder, name: "Root CA" })).rejects.toMatchObject({
      code: "name_malformed",
    });
    expect(readdirSync(base)).toEqual(["vault"]);
    mkdirSync(folder);
    await newRoot({ ...wish, folder });
    expect(showRoot(folder).subject).toBe(name);
    rmSync(folder, { recursive: true });
  });
});

describe("a request", () => {
  test("is shown before it is signed, and signed once", async () => {
    const file = await requestFor(issuingCa);
    expect(await lookAtRequest(file)).toMatchObject({
      subject: "CN=Client CA G1,O=国立例大学,C=JP",
      purposes: ["clientAuth"],
      ...publication,
    });
    const first = await signRequest({ folder: vault, file, passphrase, now });
    expect(await signRequest({ folder: vault, file, passphrase, now: years(1) })).toBe(first);
    expect(showRoot(vault).issued).toHaveLength(1);
  });

  test.each([
    ["is for a member", clientAuthProfile({ publication, policy: "2.999.1" }), "not_issuing_ca"],
    [
      "is for two purposes",
      issuingCaProfile({ extendedKeyUsage: ["clientAuth", "emailProtection"], publication }),
      "not_issuing_ca",
    ],
    ["says nothing", null, "request"],
  ])("that %s is not signed", async (_, profile, code) => {
    const file = await requestFor(profile);
    const before = readFileSync(join(vault, "state.json"), "utf8");
    await expect(lookAtRequest(file)).rejects.toThrow(expect.objectContaining({ code }));
    const signing = async () => signRequest({ folder: vault, file, passphrase, now });
    await expect(signing()).rejects.toMatchObject({ code });
    expect(readFileSync(join(vault, "state.json"), "utf8")).toBe(before);
  });

  test.each(["\u001b[2J", "\n   \n"])(
    "whose addresses would write elsewhere on the screen (%j) is not even shown",
    async (trick) => {
      const ec = issuingCa.extensions.ec.map((extension) => {
        const spoiled = Buffer.from(extension);
        const at = spoiled.indexOf("example");
        return at < 0 ? extension : Uint8Array.from(spoiled.fill(trick, at, at + trick.length));
      });
      const extensions = { ...issuingCa.extensions, ec };
      const file = await requestFor({ extensions });
      await expect(lookAtRequest(file)).rejects.toThrow(expect.objectContaining({ code: "request" }));
    },
  );

  test("is not signed with the wrong passphrase, nor in the root's last year", async () => {
    const file = await requestFor(issuingCa);
    const wish = { folder: vault, file, passphrase, now };
    await expect(signRequest({ ...wish, passphrase: "another passphrase" })).rejects.toMatchObject({
      code: "passphrase",
    });
    await expect(signRequest({ ...wish, now: years(24.5) })).rejects.toMatchObject({ code: "root_ends" });
    expect(existsSync(join(vault, "lock"))).toBe(false);
  });
});

describe("a certificate for the portal", () => {
  const stick = join(base, "stick");
  beforeAll(() => mkdirSync(stick));

  test("is a file beside the request, and may be written again", () => {
    const path = join(stick, "client.pem");
    handOut(path, "certificate");
    handOut(path, "certificate");
    expect(readFileSync(path, "utf8")).toBe("certificate");
    expect(readdirSync(stick)).toEqual(["client.pem"]);
  });

  test("is not written over anything else: its own request, or what a link on the stick leads to", () => {
    const precious = join(base, "precious");
    writeFileSync(precious, "the root's key");
    const path = join(stick, "linked.pem");
    symlinkSync(precious, path);
    expect(() => handOut(path, "certificate")).toThrow(expect.objectContaining({ code: "file_there" }));
    expect(readFileSync(precious, "utf8")).toBe("the root's key");
  });

  test("does not go where a link leads that was laid out for it", () => {
    const elsewhere = join(base, "elsewhere");
    for (const name of ["next.pem", "next.pem.new"]) symlinkSync(elsewhere, join(stick, name));
    handOut(join(stick, "next.pem"), "certificate");
    expect(existsSync(elsewhere)).toBe(false);
    expect(readFileSync(join(stick, "next.pem"), "utf8")).toBe("certificate");
  });
});

describe("the record", () => {
  test("never gives a number twice, and what is revoked stays so", async () => {
    const [{ serial = "" } = {}] = showRoot(vault).issued;
    const wish = { folder: vault, passphrase, now };
    expect((await makeList(wish)).number).toBe(1);
    expect((await makeList({ ...wish, revoke: { serial: serial.toUpperCase(), reason: 2 } })).number).toBe(2);
    expect((await makeList({ ...wish, revoke: { serial, reason: 4 } })).number).toBe(3);
    expect(showRoot(vault).revoked).toEqual([{ serial, reason: 2, at: now.toISOString() }]);
    await expect(makeList({ ...wish, revoke: { serial: "0102", reason: 0 } })).rejects.toMatchObject({
      code: "unknown_serial",
    });
    expect(showRoot(vault).crlNumber).toBe(3);
  });

  test("is written by one at a time; the lock of a process that is no more is nobody's", async () => {
    const lock = join(vault, "lock");
    const wish = { folder: vault, passphrase, now };
    writeFileSync(lock, String(process.ppid));
    await expect(makeList(wish)).rejects.toMatchObject({ code: "in_use" });
    // Numbers of processes end far below.
    writeFileSync(lock, "999999999");
    expect((await makeList(wish)).number).toBe(4);
    expect(existsSync(lock)).toBe(false);
  });

  test("that is damaged, or not there, is said and not written anew", async () => {
    const wish = { folder: vault, passphrase, now };
    const state = readFileSync(join(vault, "state.json"), "utf8");
    writeFileSync(join(vault, "state.json"), state.slice(0, 40));
    await expect(makeList(wish)).rejects.toMatchObject({ code: "damaged" });
    writeFileSync(join(vault, "state.json"), state);
    await expect(makeList({ ...wish, folder: join(base, "nothing") })).rejects.toMatchObject({
      code: "no_root",
    });
  });
});
