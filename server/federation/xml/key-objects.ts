/** Keys as node:crypto uses them. Reading one costs more than using it, and they stay the same for years: what was read is kept. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

const most = 1000;
const publicKeys = new Map<string, KeyObject | null>();
const privateKeys = new Map<string, KeyObject>();

/** The key of a certificate (base64 of DER); null when it cannot be read. */
export function publicKeyOf(certificate: string): KeyObject | null {
  return kept(publicKeys, certificate, () => {
    try {
      return new X509Certificate(Buffer.from(certificate, "base64")).publicKey;
    } catch {
      return null;
    }
  });
}

/** `pem`: PKCS#8. */
export function privateKeyOf(pem: string): KeyObject {
  return kept(privateKeys, pem, () => createPrivateKey(pem));
}

function kept<T>(known: Map<string, T>, name: string, read: () => T): T {
  const found = known.get(name);
  if (found !== undefined) return found;
  const key = read();
  if (known.size >= most) known.clear();
  known.set(name, key);
  return key;
}
