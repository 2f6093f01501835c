/** A CA whose key is elsewhere, and what it signs, for OpenSSL to judge. */

import { issueCertificate } from "@/server/pki/certificate.ts";
import { buildCrl } from "@/server/pki/crl.ts";
import { generateEcKey } from "@/server/pki/keys.ts";
import { parseName } from "@/server/pki/name.ts";
import { toPem } from "@/server/pki/pem.ts";
import { clientAuthProfile, rootProfile } from "@/server/pki/profile.ts";
import { readIssuer } from "@/server/pki/read.ts";
import { newSerial, serialHex } from "@/server/pki/serial.ts";
import type { Signer } from "@/server/pki/signer.ts";
import { addCalendarMonths } from "@/server/pki/validity.ts";
import { openssl, put } from "@/tests/integration/ca/openssl.ts";

const now = new Date();
const inForce = (months: number) => ({ notBefore: now, notAfter: addCalendarMonths(now, months) });

export async function authority(signer: Signer) {
  const subject = parseName("CN=Demo Root CA,O=Demo University A,C=JP");
  const { publicKey } = signer;
  const certificate = await issueCertificate(
    { profile: rootProfile, issuer: "self", subject, publicKey, serial: newSerial(), ...inForce(240) },
    signer,
  );
  const issuer = readIssuer(certificate);
  const holder = await generateEcKey("P-256");
  const base = "http://portal.example.ac.jp/pki/root";
  const profile = clientAuthProfile({
    publication: { caIssuersUrl: `${base}.cer`, crlUrl: `${base}.crl` },
    policy: "2.999.1",
  });
  return {
    certificate,
    issue: (n = 0) =>
      issueCertificate(
        {
          profile,
          issuer,
          subject: parseName(`CN=国立 花子,OU=No ${n},O=Demo University A,C=JP`),
          publicKey: holder.publicKey,
          serial: newSerial(),
          ...inForce(13),
        },
        signer,
      ),
    list: (count: number) =>
      buildCrl(
        {
          issuerName: issuer.name,
          authorityKeyIdentifier: issuer.keyIdentifier,
          number: 1,
          thisUpdate: now,
          nextUpdate: new Date(+now + 86_400_000),
          entries: Array.from({ length: count }, () => ({
            serial: serialHex(newSerial()),
            at: now,
            reason: 1,
          })),
        },
        signer,
      ),
  };
}

/** What OpenSSL says of a CA, a certificate and a list of it. */
export async function judged(signer: Signer): Promise<string[]> {
  const ca = await authority(signer);
  const root = put(toPem(ca.certificate, "CERTIFICATE"));
  const leaf = put(toPem(await ca.issue(), "CERTIFICATE"));
  const list = put(toPem(await ca.list(3), "X509 CRL"));
  return [
    openssl("verify", "-x509_strict", "-check_ss_sig", "-CAfile", root, root),
    openssl("verify", "-x509_strict", "-CAfile", root, "-CRLfile", list, "-crl_check", leaf),
    openssl("crl", "-CAfile", root, "-noout", "-in", list),
  ].map(({ said }) => said.replaceAll(/\S*\/ca-test-\S+\/\d+: /g, "").trim());
}

export const wellJudged = ["OK", "OK", "verify OK"];
