/** A mail as it leaves the service: iso-2022-jp, quoted-printable, multipart/signed with a detached signature (RFC 8551 §3.5.3). */
import { randomBytes } from "node:crypto";
import forge from "node-forge";
import { type Identity, signerOf } from "./authority.ts";
import { headerWords, quotedPrintable, toIso2022Jp } from "./encodings.ts";

export type Draft = { from: string; to: string[]; cc: string[]; subject: string; text: string };

/** What becomes of the signature: as it should be, none at all, or of a text that is changed afterwards. */
export type Sealing = { signer: Identity; issuer: Identity } | "unsigned";

export function rawMail(draft: Draft, sealing: Sealing, isTampered: boolean): Buffer {
  const entity = entityOf(draft.text);
  const head = headOf(draft);
  if (sealing === "unsigned") return octets([...head, entity]);
  const boundary = `----${randomBytes(12).toString("hex").toUpperCase()}`;
  const signature = signatureOf(entity, sealing)
    .toString("base64")
    .replace(/.{76}(?=.)/g, "$&\r\n");
  const seen = isTampered ? `${entity}(changed)\r\n` : entity;
  return octets([
    ...head,
    `Content-Type: multipart/signed; protocol="application/pkcs7-signature";`,
    ` micalg=sha-256; boundary="${boundary}"`,
    "",
    "This is a cryptographically signed message in MIME format.",
    "",
    `--${boundary}`,
    seen,
    `--${boundary}`,
    "Content-Type: application/pkcs7-signature; name=smime.p7s;",
    " smime-type=signed-data",
    "Content-Transfer-Encoding: base64",
    `Content-Disposition: attachment; filename="smime.p7s"`,
    "",
    signature,
    `--${boundary}--`,
    "",
  ]);
}

function headOf({ from, to, cc, subject }: Draft): string[] {
  const [, host] = from.split("@");
  return [
    `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
    `From: ${from}`,
    `To: ${to.join(", ")}`,
    ...(cc.length > 0 ? [`Cc: ${cc.join(",\r\n ")}`] : []),
    `Subject: ${headerWords(subject)}`,
    `Message-ID: <${randomBytes(16).toString("hex")}@${host}>`,
    "MIME-Version: 1.0",
  ];
}

/** The part that is signed: its head, an empty line and its text, each line ended by CRLF. */
function entityOf(text: string): string {
  const lines = text.split("\n").map((line) => toIso2022Jp(line).toString("latin1"));
  return [
    "Content-Type: text/plain; charset=iso-2022-jp",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    quotedPrintable(Buffer.from(lines.join("\r\n"), "latin1")),
    "",
  ].join("\r\n");
}

/** SignedData without its content (RFC 5652 §5). The attributes stand in DER's order of a set. */
function signatureOf(entity: string, { signer, issuer }: Exclude<Sealing, string>): Buffer {
  const signed = forge.pkcs7.createSignedData();
  signed.content = forge.util.createBuffer(entity);
  signed.addCertificate(signer.certificate);
  signed.addCertificate(issuer.certificate);
  const { oids } = forge.pki;
  signed.addSigner({
    key: signerOf(signer.key),
    certificate: signer.certificate,
    digestAlgorithm: oids.sha256 as string,
    authenticatedAttributes: [
      { type: oids.contentType as string, value: oids.data },
      { type: oids.signingTime as string, value: new Date() as unknown as string },
      { type: oids.messageDigest as string },
    ],
  });
  signed.sign({ detached: true });
  return Buffer.from(forge.asn1.toDer(signed.toAsn1()).getBytes(), "latin1");
}

const octets = (lines: string[]) => Buffer.from(lines.join("\r\n"), "latin1");
