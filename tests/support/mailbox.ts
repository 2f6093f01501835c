/** Two mail programs of one member, on OpenSSL and on NSS: each signs, encrypts, and opens what came. Folders hold what they know. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./tools.ts";

export type Identity = { p12: string; pin: string; mail: string };

/** What signs and encrypts as one member; files are given and made by path, in DER. */
export type Mailer = {
  /** The member's certificate, PEM, for those who write to them. */
  certificate: string;
  /** Learns of somebody to write to. */
  meet(other: { mail: string; certificate: string }): void;
  sign(text: string, signed: string): void;
  encrypt(file: string, to: { mail: string; certificate: string }, encrypted: string): void;
  decrypt(encrypted: string, file: string): void;
  /** The text, of somebody whom the root vouches for. @throws when the signature or the chain is wrong */
  verify(signed: string, text: string): void;
};

function must(name: "openssl" | "certutil" | "pk12util" | "cmsutil", ...args: string[]): string {
  const { ok, said } = run(name, args);
  if (!ok) throw new Error(`${name} ${args.join(" ")}\n${said}`);
  return said;
}

export function opensslMailer(folder: string, { p12, pin }: Identity, root: string): Mailer {
  const [certificate, key, chain] = ["own.pem", "own.key", "chain.pem"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const open = (...args: string[]) =>
    must("openssl", "pkcs12", "-in", p12, "-passin", `pass:${pin}`, ...args);
  open("-clcerts", "-nokeys", "-out", certificate);
  open("-cacerts", "-nokeys", "-out", chain);
  open("-nocerts", "-nodes", "-out", key);
  const cms = (...args: string[]) => must("openssl", "cms", ...args);
  return {
    certificate,
    meet: () => {},
    sign: (text, signed) => {
      const own = ["-signer", certificate, "-inkey", key, "-certfile", chain];
      cms("-sign", "-binary", "-nodetach", "-in", text, ...own, "-outform", "DER", "-out", signed);
    },
    encrypt: (file, to, encrypted) => {
      cms(
        "-encrypt",
        "-binary",
        "-aes256",
        "-in",
        file,
        "-outform",
        "DER",
        "-out",
        encrypted,
        to.certificate,
      );
    },
    decrypt: (encrypted, file) => {
      const own = ["-recip", certificate, "-inkey", key];
      cms("-decrypt", "-binary", "-in", encrypted, "-inform", "DER", ...own, "-out", file);
    },
    verify: (signed, text) => {
      const trust = ["-CAfile", root, "-purpose", "smimesign"];
      cms("-verify", "-binary", "-in", signed, "-inform", "DER", ...trust, "-out", text);
    },
  };
}

export function nssMailer(folder: string, { p12, pin }: Identity, root: string): Mailer {
  const database = ["-d", `sql:${folder}`];
  const certutil = (...args: string[]) => must("certutil", ...args, ...database);
  certutil("-N", "--empty-password");
  certutil("-A", "-n", "root", "-t", ",C,", "-a", "-i", root);
  must("pk12util", "-i", p12, "-W", pin, "-K", "", ...database);
  const nickname = /^(.+?)\s+u,u,u\s*$/m.exec(certutil("-L"))?.[1] ?? "";
  const certificate = join(folder, "own.pem");
  writeFileSync(certificate, certutil("-L", "-n", nickname, "-a"));
  const cms = (...args: string[]) => must("cmsutil", ...args, ...database);
  return {
    certificate,
    meet: (other) => {
      certutil("-A", "-n", other.mail, "-t", ",,", "-a", "-i", other.certificate);
    },
    sign: (text, signed) => {
      cms("-S", "-G", "-N", nickname, "-i", text, "-o", signed);
    },
    encrypt: (file, to, encrypted) => {
      cms("-E", "-r", to.mail, "-i", file, "-o", encrypted);
    },
    decrypt: (encrypted, file) => {
      cms("-D", "-i", encrypted, "-o", file);
    },
    verify: (signed, text) => {
      cms("-D", "-i", signed, "-o", text);
    },
  };
}
