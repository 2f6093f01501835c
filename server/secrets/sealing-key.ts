/** A sealing key as a setting: 32 octets in base64, or such a key encrypted by a cloud's KMS, `<name of the KMS's key>:<base64>`. */

export type SealingKeySetting = { key: Uint8Array } | { keyRef: string; encrypted: Uint8Array };

/** `server/env.ts` has looked at its form. */
export function readSealingKey(text: string): SealingKeySetting {
  const at = text.lastIndexOf(":");
  if (at < 0) return { key: octetsOf(text) };
  return { keyRef: text.slice(0, at), encrypted: octetsOf(text.slice(at + 1)) };
}

/** The setting for a key that the KMS's key has encrypted. */
export function writeEncryptedKey(keyRef: string, encrypted: Uint8Array): string {
  return `${keyRef}:${Buffer.from(encrypted).toString("base64")}`;
}

/** Several with commas between. */
export function eachSealingKey(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((key) => key.trim())
    .filter(Boolean);
}

function octetsOf(base64: string): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, "base64"));
}
