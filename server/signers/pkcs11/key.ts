/** A private key in a token, by PKCS #11 v2.40: found by its URI, never seen. */
import type { Handle, Mechanism } from "pkcs11js";
import { KeyFault } from "../../kms/fault.ts";
import type { KeyRef, Pkcs11Uri } from "../../kms/key-ref.ts";
import { nullValue, octetString, oid, sequence, unsigned } from "../../pki/der.ts";
import type { SignerSettings } from "../open.ts";
import { hashOf, type RemoteAlgorithm, type RemoteKey, usualAlgorithm } from "../remote-key.ts";
import { type Cryptoki, cryptoki, type Pkcs11js, wordOf } from "./cryptoki.ts";
import { readPublicKey } from "./public-key.ts";
import { type PrivateKey, type Token, type Tokens, tokens } from "./token.ts";

export type Pkcs11Ref = Extract<KeyRef, { store: "pkcs11" }>;

/** @throws KeyFault `not_installed`, `not_configured` */
export async function pkcs11Key(ref: Pkcs11Ref, settings: SignerSettings): Promise<RemoteKey> {
  const module = await cryptoki(settings.PKCS11_MODULE);
  const token = tokens(module, ref.uri, settings.PKCS11_PIN);
  return {
    name: ref.text,
    publicKey: () => token.use((session) => readPublicKey(module, session, ref)),
    algorithm: async (publicKey) => usualAlgorithm(ref.text, publicKey),
    sign: (algorithm, digest, tbs) => signIn(module, token, ref, settings, { algorithm, digest, tbs }),
  };
}

type Wish = { algorithm: RemoteAlgorithm; digest: Uint8Array; tbs: Uint8Array };

function signIn(
  module: Cryptoki,
  tokens: Tokens,
  ref: Pkcs11Ref,
  { PKCS11_PIN: pin = "" }: SignerSettings,
  wish: Wish,
): Promise<Uint8Array> {
  const { js, p11 } = module;
  return tokens.use(async (session, token) => {
    const key = privateKey(module, session, token, ref);
    const { mechanism, input } = wayOf(js, token, wish);
    p11.C_SignInit(session, mechanism, key.handle);
    if (key.eachTime) p11.C_Login(session, js.CKU_CONTEXT_SPECIFIC, pin);
    const signature = await p11.C_SignAsync(session, Buffer.from(input), Buffer.alloc(1024));
    return wish.algorithm.startsWith("ecdsa") ? ecdsaSigValue(signature) : Uint8Array.from(signature);
  });
}

function privateKey(module: Cryptoki, session: Handle, token: Token, ref: Pkcs11Ref): PrivateKey {
  const known = token.keys.get(ref.text);
  if (known) return known;
  const [handle, ...others] = findObjects(module, session, module.js.CKO_PRIVATE_KEY, ref.uri);
  if (!handle)
    throw new KeyFault(
      "not_found",
      `There is no private key ${ref.text} that PKCS11_PIN may use: look at the token's keys (\`pkcs11-tool -O --login\`).`,
    );
  if (others.length > 0)
    throw new KeyFault("not_found", `Several keys are called ${ref.text}: name the one with id= as well.`);
  const key = { handle, eachTime: wantsPinEachTime(module, session, handle) };
  token.keys.set(ref.text, key);
  return key;
}

/** At most two: one is wanted. */
export function findObjects(
  { js, p11 }: Pick<Cryptoki, "js" | "p11">,
  session: Handle,
  kind: number,
  { object, id }: Pkcs11Uri,
): Handle[] {
  p11.C_FindObjectsInit(session, [
    { type: js.CKA_CLASS, value: kind },
    ...(object === undefined ? [] : [{ type: js.CKA_LABEL, value: object }]),
    ...(id ? [{ type: js.CKA_ID, value: Buffer.from(id) }] : []),
  ]);
  try {
    return p11.C_FindObjects(session, 2);
  } finally {
    p11.C_FindObjectsFinal(session);
  }
}

/** A card may. */
function wantsPinEachTime({ js, p11 }: Cryptoki, session: Handle, key: Handle): boolean {
  try {
    const [attribute] = p11.C_GetAttributeValue(session, key, [{ type: js.CKA_ALWAYS_AUTHENTICATE }]);
    return Buffer.isBuffer(attribute?.value) && attribute.value[0] === 1;
  } catch (error) {
    if (wordOf(error) === "CKR_ATTRIBUTE_TYPE_INVALID") return false;
    throw error;
  }
}

/** The digest is made here, so that no megabytes of a list go to the HSM; some HSMs sign RSA only by their own digest. */
function wayOf(js: Pkcs11js, { mechanisms }: Token, { algorithm, digest, tbs }: Wish) {
  if (algorithm.startsWith("ecdsa")) return { mechanism: { mechanism: js.CKM_ECDSA }, input: digest };
  const hash = hashOf(algorithm);
  if (mechanisms.has(js.CKM_RSA_PKCS))
    return { mechanism: { mechanism: js.CKM_RSA_PKCS }, input: digestInfo(hash, digest) };
  const whole: Record<typeof hash, number> = {
    sha256: js.CKM_SHA256_RSA_PKCS,
    sha384: js.CKM_SHA384_RSA_PKCS,
    sha512: js.CKM_SHA512_RSA_PKCS,
  };
  return { mechanism: { mechanism: whole[hash] } satisfies Mechanism, input: tbs };
}

const hashes = {
  sha256: "2.16.840.1.101.3.4.2.1",
  sha384: "2.16.840.1.101.3.4.2.2",
  sha512: "2.16.840.1.101.3.4.2.3",
};

/** RFC 8017 §9.2. */
function digestInfo(hash: keyof typeof hashes, digest: Uint8Array): Uint8Array {
  return sequence(sequence(oid(hashes[hash]), nullValue), octetString(digest));
}

/** From r and s, each in half the octets (PKCS #11 v2.40 §2.3.1), to Ecdsa-Sig-Value (RFC 3279 §2.2.3). */
function ecdsaSigValue(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  return sequence(unsigned(raw.subarray(0, half)), unsigned(raw.subarray(half)));
}
