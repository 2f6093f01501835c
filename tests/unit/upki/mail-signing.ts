/** Mails as the service signs them, made by others: certificates and signatures by node-forge, or by OpenSSL. */
import { generateKeyPairSync } from "node:crypto";
import iconv from "iconv-lite";
import forge from "node-forge";

export type Issued = { key: forge.pki.rsa.PrivateKey; certificate: forge.pki.Certificate };
export const sender = "upki-sender@example.ac.jp";
export const now = new Date("2026-04-01T03:00:00Z");

/** Three keys for all, since making them is slow; their owners are told apart by the certificates. */
const keys = [1, 2, 3].map(() => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return forge.pki.privateKeyFromPem(privateKey.export({ type: "pkcs1", format: "pem" }).toString());
});
let serial = 1;

type Wish = {
  name: string;
  issuer?: Issued;
  key?: 0 | 1 | 2;
  from?: string;
  to?: string;
  subject?: forge.pki.CertificateField[];
  extensions?: object[];
  digest?: forge.md.MessageDigest;
};

/** A certificate, self-signed without an issuer. */
export function issue({
  name,
  issuer,
  key = 0,
  from = "2025-01-01",
  to = "2035-01-01",
  ...wish
}: Wish): Issued {
  const own = keys[key] as forge.pki.rsa.PrivateKey;
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(own.n, own.e);
  certificate.serialNumber = `0${(serial++).toString(16)}`.slice(-2);
  certificate.validity.notBefore = new Date(from);
  certificate.validity.notAfter = new Date(to);
  certificate.setSubject([{ name: "commonName", value: name }, ...(wish.subject ?? [])]);
  certificate.setIssuer(issuer ? issuer.certificate.subject.attributes : certificate.subject.attributes);
  certificate.setExtensions(wish.extensions ?? []);
  certificate.sign(issuer?.key ?? own, wish.digest ?? forge.md.sha256.create());
  return { key: own, certificate };
}

export const authorityExtensions = [
  { name: "basicConstraints", cA: true, critical: true },
  { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
];

export function signerExtensions(address = sender): object[] {
  return [
    { name: "keyUsage", digitalSignature: true, critical: true },
    { name: "extKeyUsage", emailProtection: true },
    { name: "subjectAltName", altNames: [{ type: 1, value: address }] },
  ];
}

export const root = issue({ name: "Mail CA", key: 0, extensions: authorityExtensions });
export const signer = issue({ name: "UPKI", key: 1, issuer: root, extensions: signerExtensions() });

export function der({ certificate }: Issued): Uint8Array {
  return Buffer.from(forge.asn1.toDer(forge.pki.certificateToAsn1(certificate)).getBytes(), "latin1");
}

/** A text as a part of a mail: iso-2022-jp, quoted-printable. */
export function textPart(text: string): string {
  const octets = toIso2022Jp(text.replace(/\r?\n/g, "\r\n"));
  const quoted = octets.replace(/[^\r\n -<>-~]|[ ](?=\r\n)/g, (one) => `=${hex(one.charCodeAt(0))}`);
  // No line is longer than 76 characters (RFC 2045 §6.7).
  const lines = quoted.split("\r\n").map((line) => line.replace(/(.{60,72}?)(?=[^=].)(?<!=.?)/g, "$1=\r\n"));
  return [
    "Content-Type: text/plain; charset=iso-2022-jp",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    lines.join("\r\n"),
  ].join("\r\n");
}

/** JIS X 0208 by way of EUC-JP, whose octets are the same with the high bit set. */
export function toIso2022Jp(text: string): string {
  return text.replace(/[^\0-\x7f]+/g, (run) => {
    const octets = [...iconv.encode(run, "euc-jp")].map((octet) => String.fromCharCode(octet & 0x7f));
    return `\x1b$B${octets.join("")}\x1b(B`;
  });
}

function hex(octet: number): string {
  return octet.toString(16).toUpperCase().padStart(2, "0");
}

/** `subject` as an encoded word (RFC 2047). */
export function encodedWord(text: string): string {
  return `=?iso-2022-jp?B?${Buffer.from(toIso2022Jp(text), "latin1").toString("base64")}?=`;
}

type Signing = {
  by?: Issued;
  with?: Issued[];
  digest?: string;
  signedAt?: Date;
  detached?: boolean;
  attributes?: boolean;
};

/** A detached signature over a part, DER. */
export function sign(part: string, signing: Signing = {}): Uint8Array {
  const {
    by = signer,
    digest = forge.pki.oids.sha256,
    signedAt = now,
    detached = true,
    attributes = true,
  } = signing;
  const data = forge.pkcs7.createSignedData();
  data.content = forge.util.createBuffer(part, "raw");
  for (const { certificate } of signing.with ?? [by]) data.addCertificate(certificate);
  const { contentType, messageDigest, signingTime, data: idData } = forge.pki.oids as Record<string, string>;
  data.addSigner({
    key: by.key,
    certificate: by.certificate,
    digestAlgorithm: digest as string,
    authenticatedAttributes: attributes
      ? [
          { type: contentType as string, value: idData as string },
          { type: messageDigest as string },
          { type: signingTime as string, value: signedAt as unknown as string },
        ]
      : [],
  });
  data.sign({ detached });
  return Buffer.from(forge.asn1.toDer(data.toAsn1()).getBytes(), "latin1");
}

export const plainHead = {
  From: `UPKI <${sender}>`,
  To: "upki@portal.example.ac.jp",
  Date: "Wed, 01 Apr 2026 12:00:00 +0900",
  "Message-ID": "<1@example.ac.jp>",
  Subject: encodedWord("[UPKI] クライアント証明書取得通知"),
  "MIME-Version": "1.0",
};

/** A multipart/signed of a part and a signature. */
export function mailOf(
  part: string,
  signature: Uint8Array,
  head: Record<string, string> = plainHead,
): string {
  const base64 = Buffer.from(signature).toString("base64").replace(/.{64}/g, "$&\r\n");
  const fields = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
  return [
    ...fields,
    'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256;\r\n boundary="----=_signed"',
    "",
    "This is an S/MIME signed message",
    "",
    "------=_signed",
    part,
    "------=_signed",
    'Content-Type: application/pkcs7-signature; name="smime.p7s"',
    "Content-Transfer-Encoding: base64",
    'Content-Disposition: attachment; filename="smime.p7s"',
    "",
    base64,
    "------=_signed--",
    "",
  ].join("\r\n");
}

export function signedMail(text: string, signing: Signing = {}, head?: Record<string, string>): string {
  const part = textPart(text);
  return mailOf(part, sign(part, signing), head);
}
