/** What a signature or a digest may be made with. Whatever is not in these tables is refused: SHA-1, HMAC, DSA, RSA-PSS. */
import { createHash, createPublicKey, type KeyLike, type KeyObject, sign, verify } from "node:crypto";
import type { SignatureAlgorithm, SignedXml } from "xml-crypto";

export const exclusiveCanonicalization = "http://www.w3.org/2001/10/xml-exc-c14n#";
export const envelopedSignature = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

const more = "http://www.w3.org/2001/04/xmldsig-more#";

export const digestNames: Readonly<Record<string, string>> = {
  "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
  [`${more}sha384`]: "sha384",
  "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
};

type Signer = { keyType: "rsa" | "ec"; digest: string };

export const signatureMethods: Readonly<Record<string, Signer>> = {
  [`${more}rsa-sha256`]: { keyType: "rsa", digest: "sha256" },
  [`${more}rsa-sha384`]: { keyType: "rsa", digest: "sha384" },
  [`${more}rsa-sha512`]: { keyType: "rsa", digest: "sha512" },
  [`${more}ecdsa-sha256`]: { keyType: "ec", digest: "sha256" },
  [`${more}ecdsa-sha384`]: { keyType: "ec", digest: "sha384" },
  [`${more}ecdsa-sha512`]: { keyType: "ec", digest: "sha512" },
};

export const rsaSha256 = `${more}rsa-sha256`;
export const sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";

/** Leaves an xml-crypto signature nothing but these tables to choose from. */
export function restrict(signed: SignedXml): SignedXml {
  const { [exclusiveCanonicalization]: exclusive, [envelopedSignature]: enveloped } =
    signed.CanonicalizationAlgorithms;
  if (!exclusive || !enveloped) throw new Error("xml-crypto lacks exclusive canonicalization");
  signed.CanonicalizationAlgorithms = {
    [exclusiveCanonicalization]: exclusive,
    [envelopedSignature]: enveloped,
  };
  signed.HashAlgorithms = Object.fromEntries(
    Object.entries(digestNames).map(([uri, name]) => [uri, digestBy(uri, name)]),
  );
  signed.SignatureAlgorithms = Object.fromEntries(
    Object.entries(signatureMethods).map(([uri, method]) => [uri, signerBy(uri, method)]),
  );
  return signed;
}

function digestBy(uri: string, name: string) {
  return class {
    getAlgorithmName = () => uri;
    getHash = (xml: string) => createHash(name).update(xml, "utf8").digest("base64");
  };
}

function signerBy(uri: string, { keyType, digest }: Signer) {
  /** ECDSA in XML is r and s side by side (RFC 9231 §2.3.6), not DER. */
  const encoded = (key: KeyLike | KeyObject) => ({
    key: key as KeyObject,
    dsaEncoding: "ieee-p1363" as const,
  });
  return class {
    getAlgorithmName = () => uri;
    getSignature = (text: string, key: KeyLike) =>
      sign(digest, Buffer.from(text, "utf8"), encoded(key)).toString("base64");
    verifySignature = (text: string, key: KeyLike, value: string) => {
      const publicKey = createPublicKey(key as string);
      if (publicKey.asymmetricKeyType !== keyType) return false;
      return verify(digest, Buffer.from(text, "utf8"), encoded(publicKey), Buffer.from(value, "base64"));
    };
  } as unknown as new () => SignatureAlgorithm;
}
