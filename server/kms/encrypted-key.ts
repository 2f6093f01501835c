/** The sealing key, encrypted and decrypted by a cloud's KMS with a key that never leaves it. */
import { askAws } from "./aws.ts";
import { crc32c } from "./crc32c.ts";
import { KeyFault } from "./fault.ts";
import { askGcp, checked, type GcpSettings } from "./gcp.ts";
import { readKeyRef } from "./key-ref.ts";

/** What it is encrypted for: nothing else that the KMS's key has encrypted is taken for a sealing key. */
const purpose = "client certificate portal: sealing key";

/** @throws KeyFault */
export async function encryptKey(
  keyRef: string,
  key: Uint8Array,
  settings: GcpSettings,
): Promise<Uint8Array> {
  const ref = readKmsRef(keyRef);
  if (ref.store === "aws-kms") {
    const { CiphertextBlob } = await askAws(ref.key, (client, { EncryptCommand }) =>
      client.send(new EncryptCommand({ KeyId: ref.key, Plaintext: key, EncryptionContext: { purpose } })),
    );
    if (CiphertextBlob) return Uint8Array.from(CiphertextBlob);
    throw new KeyFault("wrong_answer", `AWS KMS gave nothing encrypted by ${keyRef}.`);
  }
  const aad = Buffer.from(purpose);
  const [answer] = await askGcp(ref.name, settings, (client, patience) =>
    client.encrypt(
      {
        name: ref.name,
        plaintext: key,
        plaintextCrc32c: { value: crc32c(key) },
        additionalAuthenticatedData: aad,
        additionalAuthenticatedDataCrc32c: { value: crc32c(aad) },
      },
      patience,
    ),
  );
  const received =
    answer.verifiedPlaintextCrc32c === true && answer.verifiedAdditionalAuthenticatedDataCrc32c === true;
  return Uint8Array.from(
    checked(ref.name, { octets: answer.ciphertext, crc32c: answer.ciphertextCrc32c, received }),
  );
}

/** @throws KeyFault */
export async function decryptKey(
  keyRef: string,
  encrypted: Uint8Array,
  settings: GcpSettings,
): Promise<Uint8Array> {
  const ref = readKmsRef(keyRef);
  const key =
    ref.store === "aws-kms" ? await byAws(ref.key, encrypted) : await byGcp(ref.name, encrypted, settings);
  if (key.length === 32) return key;
  throw new KeyFault(
    "unusable",
    `What ${keyRef} decrypts is no sealing key: 32 octets are wanted, ${key.length} came.`,
  );
}

async function byAws(key: string, encrypted: Uint8Array): Promise<Uint8Array> {
  const { Plaintext } = await askAws(key, (client, { DecryptCommand }) =>
    client.send(
      new DecryptCommand({ KeyId: key, CiphertextBlob: encrypted, EncryptionContext: { purpose } }),
    ),
  );
  return Uint8Array.from(Plaintext ?? []);
}

async function byGcp(name: string, encrypted: Uint8Array, settings: GcpSettings): Promise<Uint8Array> {
  const aad = Buffer.from(purpose);
  const [answer] = await askGcp(name, settings, (client, patience) =>
    client.decrypt(
      {
        name,
        ciphertext: encrypted,
        ciphertextCrc32c: { value: crc32c(encrypted) },
        additionalAuthenticatedData: aad,
        additionalAuthenticatedDataCrc32c: { value: crc32c(aad) },
      },
      patience,
    ),
  );
  return Uint8Array.from(checked(name, { octets: answer.plaintext, crc32c: answer.plaintextCrc32c }));
}

function readKmsRef(keyRef: string) {
  const ref = readKeyRef(keyRef);
  if (ref.store !== "pkcs11") return ref;
  throw new KeyFault(
    "ref_malformed",
    "The sealing key is encrypted by aws-kms:<key> or gcp-kms:projects/…, not by an HSM.",
  );
}
