/** A key pair that somebody else's certificate stands for, such as one of UPKI: read from PEM, and looked at before it is taken. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { certificatesIn, type KeyPair } from "./keys.ts";

export type BroughtFault = "no_key" | "no_certificate" | "other_host" | "not_in_force" | "not_rsa";

export type Brought = { pair: KeyPair } | { fault: BroughtFault };

const fewestBits = 2048;

/** `pem` holds the private key, without a password, and its certificate; certificates of authorities beside it are left alone. */
export function readBrought(pem: string, host: string, now: Date): Brought {
  const key = privateKeyIn(pem);
  if (!key) return { fault: "no_key" };
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  if (asymmetricKeyType !== "rsa" || (asymmetricKeyDetails?.modulusLength ?? 0) < fewestBits)
    return { fault: "not_rsa" };
  const certificate = certificatesIn(pem)
    .map((base64) => new X509Certificate(Buffer.from(base64, "base64")))
    .find((one) => one.checkPrivateKey(key));
  if (!certificate) return { fault: "no_certificate" };
  if (certificate.checkHost(host) === undefined) return { fault: "other_host" };
  if (certificate.validFromDate > now || certificate.validToDate <= now) return { fault: "not_in_force" };
  return {
    pair: {
      privateKey: key.export({ type: "pkcs8", format: "pem" }).toString(),
      certificate: certificate.raw.toString("base64"),
    },
  };
}

function privateKeyIn(pem: string): KeyObject | null {
  const [block] =
    /-----BEGIN (?:RSA )?PRIVATE KEY-----[^-]+-----END (?:RSA )?PRIVATE KEY-----/.exec(pem) ?? [];
  try {
    return block ? createPrivateKey(block) : null;
  } catch {
    return null;
  }
}
