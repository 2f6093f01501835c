/** A key pair made inside a token. Its private key cannot be read or taken out. */
import { type KeyObject, randomBytes } from "node:crypto";
import { KeyFault } from "../../kms/fault.ts";
import { oid } from "../../pki/der.ts";
import type { KeyAlgorithm, SignerSettings } from "../open.ts";
import { cryptoki } from "./cryptoki.ts";
import { findObjects, type Pkcs11Ref } from "./key.ts";
import { publicKeyOf } from "./public-key.ts";
import { tokens } from "./token.ts";

const curves = { "p-256": "1.2.840.10045.3.1.7", "p-384": "1.3.132.0.34" };

/** @throws KeyFault `exists` when the token has a key of that name */
export async function makePkcs11Key(
  ref: Pkcs11Ref,
  settings: SignerSettings,
  algorithm: KeyAlgorithm,
): Promise<KeyObject> {
  const module = await cryptoki(settings.PKCS11_MODULE);
  const { js, p11 } = module;
  const id = Buffer.from(ref.uri.id ?? randomBytes(16));
  const named = [
    { type: js.CKA_TOKEN, value: true },
    { type: js.CKA_ID, value: id },
    { type: js.CKA_LABEL, value: ref.uri.object ?? id.toString("hex") },
  ];
  const kind =
    algorithm === "p-256" || algorithm === "p-384"
      ? [{ type: js.CKA_EC_PARAMS, value: Buffer.from(oid(curves[algorithm])) }]
      : [
          { type: js.CKA_MODULUS_BITS, value: Number(algorithm.slice("rsa-".length)) },
          { type: js.CKA_PUBLIC_EXPONENT, value: Buffer.from([1, 0, 1]) },
        ];
  const mechanism = algorithm.startsWith("rsa") ? js.CKM_RSA_PKCS_KEY_PAIR_GEN : js.CKM_EC_KEY_PAIR_GEN;

  return tokens(module, ref.uri, settings.PKCS11_PIN).use(async (session) => {
    for (const kind of [js.CKO_PRIVATE_KEY, js.CKO_PUBLIC_KEY])
      if (findObjects(module, session, kind, ref.uri).length > 0)
        throw new KeyFault("exists", `The token has a key ${ref.text} already. Nothing was made.`);
    const pair = await p11.C_GenerateKeyPairAsync(
      session,
      { mechanism },
      [...named, ...kind, { type: js.CKA_VERIFY, value: true }],
      [
        ...named,
        { type: js.CKA_PRIVATE, value: true },
        { type: js.CKA_SIGN, value: true },
        { type: js.CKA_SENSITIVE, value: true },
        { type: js.CKA_EXTRACTABLE, value: false },
      ],
    );
    return publicKeyOf(module, session, pair.publicKey, ref.text);
  });
}
