/** The registrar's certificate, which opens NII's site: from a PKCS #12 file or from PEM, checked before it is used. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { PkiError } from "../../pki/errors.ts";
import { nodeSuite } from "../../pki/node-suite.ts";
import { largestPkcs12, openPkcs12 } from "../../pki/open-pkcs12.ts";
import { toPem } from "../../pki/pem.ts";

export type Credential = {
  /** PEM: the registrar's certificate, then those above it. */
  cert: string;
  /** PEM of PKCS #8. */
  key: string;
  notAfter: Date;
  /** For people: one line, the last name first. */
  subject: string;
};

/** As they are set: each a path, or base64 (PKCS #12) or PEM text, where `\n` may stand for its line ends. */
export type CredentialSettings = {
  UPKI_CLIENT_P12?: string;
  UPKI_CLIENT_P12_PASSPHRASE?: string;
  UPKI_CLIENT_CERT?: string;
  UPKI_CLIENT_KEY?: string;
};

/**
 * Reads it, expired or not.
 * @throws Error one sentence: which setting is not right and what to do; never what it holds
 */
export async function readCredential(settings: CredentialSettings): Promise<Credential> {
  if (settings.UPKI_CLIENT_P12) {
    return fromP12(settings.UPKI_CLIENT_P12, settings.UPKI_CLIENT_P12_PASSPHRASE ?? "");
  }
  const { UPKI_CLIENT_CERT: cert, UPKI_CLIENT_KEY: key } = settings;
  if (cert && key) return fromPem(cert, key);
  if (cert) throw wrong("UPKI_CLIENT_KEY", "is missing", "set it to the private key of UPKI_CLIENT_CERT");
  if (key) throw wrong("UPKI_CLIENT_CERT", "is missing", "set it to the certificate of UPKI_CLIENT_KEY");
  throw wrong(
    "UPKI_CLIENT_P12",
    "is missing",
    "set it to the registrar's PKCS #12 file, or set UPKI_CLIENT_CERT and UPKI_CLIENT_KEY",
  );
}

async function fromP12(setting: string, passphrase: string): Promise<Credential> {
  const name = "UPKI_CLIENT_P12";
  try {
    const { pkcs8, certificate, chain } = await openPkcs12(p12Octets(setting), passphrase, nodeSuite);
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
    return checked(name, [certificate, ...chain], key);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    throw wrong(name, ...faultOfP12(error));
  }
}

function p12Octets(setting: string): Uint8Array {
  const packed = setting.replace(/\s+|\\n/g, "");
  const octets = Buffer.from(packed, "base64");
  // A PKCS #12 file is an ASN.1 SEQUENCE; hardly any path is base64 of one.
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(packed) && octets[0] === 0x30 && octets.length > 100) return octets;
  return fileOf("UPKI_CLIENT_P12", setting, "the registrar's PKCS #12 file");
}

/** What is wrong, and what to do. */
function faultOfP12({ code, about }: PkiError): [fault: string, advice: string] {
  if (code === "password_wrong") {
    return ["does not open", "set UPKI_CLIENT_P12_PASSPHRASE to the passphrase it was saved with"];
  }
  if (code === "pkcs12_unsupported") {
    const rewrite =
      "openssl pkcs12 -legacy -in old.p12 -nodes -out all.pem && openssl pkcs12 -export -in all.pem -out new.p12 && rm all.pem";
    return [`is protected in a way no longer used (${about})`, `write it anew with \`${rewrite}\``];
  }
  if (code === "pkcs12_incomplete" || code === "pkcs12_ambiguous") {
    return [
      "does not hold one private key and its certificate",
      "export the registrar's certificate alone, with its key",
    ];
  }
  return [
    "is not a PKCS #12 file that can be read",
    "set it to the path of the .p12 as it was downloaded, or to its base64",
  ];
}

function fromPem(certSetting: string, keySetting: string): Credential {
  const certText = pemOf("UPKI_CLIENT_CERT", certSetting, "the registrar's certificate in PEM");
  const keyText = pemOf("UPKI_CLIENT_KEY", keySetting, "the registrar's private key in PEM");
  if (/ENCRYPTED/.test(keyText)) {
    throw wrong(
      "UPKI_CLIENT_KEY",
      "is encrypted",
      "set UPKI_CLIENT_P12 and its passphrase instead, or save the key without one",
    );
  }
  const blocks = certText.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const chain = attempt(
    () => blocks.map((block) => new X509Certificate(block).raw),
    () =>
      wrong(
        "UPKI_CLIENT_CERT",
        "holds a certificate that cannot be read",
        "set it to the certificate in PEM",
      ),
  );
  const key = attempt(
    () => createPrivateKey(keyText),
    () =>
      wrong(
        "UPKI_CLIENT_KEY",
        "is not a private key that can be read",
        "set it to the key of UPKI_CLIENT_CERT in PEM",
      ),
  );
  return checked("UPKI_CLIENT_CERT", chain, key);
}

/** One line of a setting may hold a whole text. */
function pemOf(name: string, setting: string, what: string): string {
  if (setting.includes("-----BEGIN")) return setting.replaceAll("\\n", "\n");
  return Buffer.from(fileOf(name, setting, what)).toString("utf8");
}

function fileOf(name: string, path: string, what: string): Uint8Array {
  const octets = attempt(
    () => readFileSync(path),
    () => wrong(name, "names no file that can be read", `set it to the path of ${what}, or to its text`),
  );
  if (octets.length > largestPkcs12) throw wrong(name, "names a file too large", `set it to ${what}`);
  return octets;
}

/** Opened once as TLS will open it, so that a fault shows here and not at an upload. */
function checked(name: string, [own, ...above]: readonly Uint8Array[], key: KeyObject): Credential {
  if (!own) throw wrong(name, "holds no certificate", "set it to the registrar's certificate");
  const certificate = new X509Certificate(own);
  if (!certificate.checkPrivateKey(key)) {
    throw wrong(name, "and its private key do not belong together", "set both to the registrar's");
  }
  const pem = {
    cert: [own, ...above].map((der) => toPem(der, "CERTIFICATE")).join(""),
    key: key.export({ format: "pem", type: "pkcs8" }) as string,
  };
  attempt(
    () => createSecureContext(pem),
    () => wrong(name, "cannot be used for TLS", "ask NII for one with an RSA key of 2048 bits"),
  );
  const subject = certificate.subject.split("\n").reverse().join(", ");
  return { ...pem, notAfter: certificate.validToDate, subject };
}

/** What libraries say of keys may repeat them, so it is left out. */
function attempt<T>(deed: () => T, fault: () => Error): T {
  try {
    return deed();
  } catch {
    throw fault();
  }
}

function wrong(name: string, fault: string, advice: string): Error {
  return new Error(`${name} ${fault}: ${advice}.`);
}
