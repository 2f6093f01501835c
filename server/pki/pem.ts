/** The textual form of an encoding (RFC 7468 §2): 64 characters a line. */

/** `label` is what stands behind BEGIN: `CERTIFICATE`, `X509 CRL`, `PUBLIC KEY`. */
export function toPem(der: Uint8Array, label: string): string {
  const base64 = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString("base64");
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
