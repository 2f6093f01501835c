/** CRC-32C (RFC 3720 §12.1, appendix B.4): what Google Cloud KMS proves with that an octet was changed on its way. */

const table = Uint32Array.from({ length: 256 }, (_, octet) => {
  let rest = octet;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1;
  return rest;
});

export function crc32c(octets: Uint8Array): number {
  let rest = 0xffffffff;
  for (const octet of octets) rest = (table[(rest ^ octet) & 0xff] ?? 0) ^ (rest >>> 8);
  return (rest ^ 0xffffffff) >>> 0;
}
