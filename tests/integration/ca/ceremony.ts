/** A portal without a root of its own, the console's deeds on it, and an offline root in a folder. */
import { generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { acceptCertificate } from "@/server/ca/local/ceremony/accept.ts";
import { importList } from "@/server/ca/local/ceremony/import-list.ts";
import type { CeremonyOffice, IssuingKind, KeysElsewhere } from "@/server/ca/local/ceremony/office.ts";
import { requestIssuer } from "@/server/ca/local/ceremony/request.ts";
import { switchTo } from "@/server/ca/local/ceremony/use.ts";
import { exampleAuthority } from "@/server/ca/local/profiles.ts";
import { makeList, newRoot, showRoot, signRequest } from "@/server/ca/offline-root/root.ts";
import { keySigner } from "@/server/pki/signer.ts";
import { type Office, openOffice } from "./office.ts";

const folder = mkdtempSync(join(tmpdir(), "ceremony-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let folders = 0;

/** A folder that is not there yet. */
export function newFolder(): string {
  folders += 1;
  return join(folder, `vault-${folders}`);
}

export const passphrase = "国立 花子 correct horse";
export const rootName = "CN=Example University Root CA G1,O=Example University,C=JP";

/** Keys of another place, which hands out what is signed with them and nothing else. */
export function keysElsewhere() {
  const keys = new Map<string, { publicKey: KeyObject; privateKey: KeyObject }>();
  const find = (keyRef: string) => {
    const key = keys.get(keyRef);
    if (!key) throw Object.assign(new Error("There is no such key."), { code: "not_found" });
    return key;
  };
  return {
    keys,
    publicKeyOf: async (keyRef: string) => find(keyRef).publicKey,
    openSigner: async (keyRef: string) => keySigner(find(keyRef).privateKey),
    makeKey: async (keyRef: string) => {
      keys.set(keyRef, generateKeyPairSync("ec", { namedCurve: "P-256" }));
      return find(keyRef).publicKey;
    },
  };
}

export type Ceremony = Awaited<ReturnType<typeof openCeremony>>;

export async function openCeremony(
  root: "offline" | "built-in" = "offline",
  elsewhere: KeysElsewhere = keysElsewhere(),
) {
  const { openSigner } = elsewhere;
  const office: Office = await openOffice(undefined, { root, openSigner });
  // OpenSSL, which is the root in some of these, and judges in all, goes by the clock on the wall.
  office.passUntil(new Date());
  const { db, now, sealing, baseUrl: publicUrl } = office.parts;
  const world: CeremonyOffice = { db, now, sealing, publicUrl, authority: exampleAuthority, root, elsewhere };
  return { office, world };
}

export async function openRoot(now: Date) {
  const folder = newFolder();
  await newRoot({ folder, name: rootName, algorithm: "p-384", passphrase, now });
  const { fingerprint } = showRoot(folder);
  return { folder, fingerprint };
}

/** The whole way of one generation: requested, signed, accepted. Returns its id. */
export async function certified(
  { world }: Pick<Ceremony, "world">,
  root: { folder: string; fingerprint: string; certificate: Uint8Array },
  kind: IssuingKind,
): Promise<string> {
  const requested = await requestIssuer(world, { kind, key: { algorithm: "p-256" } });
  if (!("done" in requested)) throw new Error(requested.refused);
  const file = requested.done.request ?? new Uint8Array();
  const signed = await signRequest({ folder: root.folder, file, passphrase, now: world.now() });
  const accepted = await acceptCertificate(world, {
    files: [Buffer.from(signed), root.certificate],
    rootFingerprint: root.fingerprint,
  });
  if (!("done" in accepted)) throw new Error(JSON.stringify(accepted));
  return accepted.done.id;
}

/** A portal with an offline root, both kinds in use. */
export async function openedWithOfflineRoot() {
  const ceremony = await openCeremony();
  const { world } = ceremony;
  const { folder, fingerprint } = await openRoot(world.now());
  const { readFileSync } = await import("node:fs");
  const certificate = readFileSync(join(folder, "root.pem"));
  const root = { folder, fingerprint, certificate };
  for (const kind of ["client", "smime"] as const) {
    const id = await certified(ceremony, root, kind);
    await bringList(ceremony, folder);
    const used = await switchTo(world, { id });
    if (!("done" in used)) throw new Error(used.refused);
  }
  await ceremony.office.ca.prepare();
  return { ...ceremony, root };
}

export async function bringList(
  { world }: Pick<Ceremony, "world">,
  folder: string,
  revoke?: { serial: string; reason: number },
) {
  const { pem } = await makeList({ folder, passphrase, now: world.now(), ...(revoke && { revoke }) });
  return importList(world, Buffer.from(pem));
}

export const serialOf = (certificate: Uint8Array) =>
  new X509Certificate(certificate).serialNumber.toLowerCase();
