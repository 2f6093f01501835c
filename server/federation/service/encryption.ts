/**
 * How institutions may encrypt for us, the best first: what our metadata say, and no more than validation/decrypt.ts opens. Ciphers
 * that notice a change (GCM) come before those that do not (CBC), which are opened only inside a signed Response.
 */
const xmlenc = "http://www.w3.org/2001/04/xmlenc#";
const xmlenc11 = "http://www.w3.org/2009/xmlenc11#";

export const acceptedCiphers = [
  { uri: `${xmlenc11}aes256-gcm` },
  { uri: `${xmlenc11}aes128-gcm` },
  { uri: `${xmlenc11}aes192-gcm` },
  { uri: `${xmlenc}aes256-cbc` },
  { uri: `${xmlenc}aes128-cbc` },
  { uri: `${xmlenc}aes192-cbc` },
] as const;

/** Of the hashes that would open, those that software of institutions has; SHA-1 is no weakness in OAEP. */
export const acceptedTransports = [
  { uri: `${xmlenc11}rsa-oaep`, digest: `${xmlenc}sha256`, mask: `${xmlenc11}mgf1sha256` },
  { uri: `${xmlenc}rsa-oaep-mgf1p`, digest: `${xmlenc}sha256` },
  { uri: `${xmlenc}rsa-oaep-mgf1p`, digest: "http://www.w3.org/2000/09/xmldsig#sha1" },
] as const;
