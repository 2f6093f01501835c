/** Commands that check a certificate by hand. What stands here is what the guide shows and what the tests run. */
import { files, listed, type Published } from "./published.ts";

/** The .p12 of whoever follows the guide, and the certificate in it. */
export const names = { p12: "certificate.p12", certificate: "certificate.pem" };

/** Root and issuing CAs into the folder at hand; prints what is to be compared. */
export function fetchAuthorities({ repository, roots, client, smime }: Published): string {
  const issuers = [...client, ...smime];
  return `for name in ${listed(roots, issuers)}; do
  curl -fsS ${repository}/$name.cer |
    openssl x509 -inform DER -out $name.pem
  openssl x509 -in $name.pem -noout -subject -enddate -fingerprint -sha256
done
cat ${files(roots, ".pem")} > roots.pem
cat ${files(issuers, ".pem")} > issuers.pem`;
}

/** The certificate without its key, out of a .p12. `-legacy`: OpenSSL 3 reads the compatible encryption only with it. */
export function takeOut(): string {
  return `openssl pkcs12 -in ${names.p12} -legacy -clcerts -nokeys -out ${names.certificate}`;
}

export function show(): string {
  return `openssl x509 -in ${names.certificate} -noout -subject -issuer -serial -dates \\
  -nameopt RFC2253,utf8,-esc_msb \\
  -ext keyUsage,extendedKeyUsage,subjectAltName,certificatePolicies,crlDistributionPoints,authorityInfoAccess`;
}

/** Chain, dates, purpose. */
export function verifyChain(purpose: "sslclient" | "smimesign"): string {
  return `openssl verify -x509_strict -purpose ${purpose} \\
  -CAfile roots.pem -untrusted issuers.pem ${names.certificate}`;
}

/** The same, and the newest lists of all CAs. */
export function verifyByList({ repository, roots, client, smime }: Published): string {
  const ids = [...roots, ...client, ...smime];
  return `for name in ${listed(ids)}; do
  curl -fsS ${repository}/$name.crl |
    openssl crl -inform DER -out $name.crl.pem
done
cat ${files(ids, ".crl.pem")} > crls.pem
openssl verify -crl_check_all -CRLfile crls.pem \\
  -CAfile roots.pem -untrusted issuers.pem ${names.certificate}`;
}

/** One certificate, asked for now. */
export function verifyByOcsp({ ocsp }: Published, issuer: string): string {
  return `openssl ocsp -url ${ocsp} -issuer ${issuer}.pem -cert ${names.certificate} \\
  -CAfile roots.pem -verify_other issuers.pem`;
}
