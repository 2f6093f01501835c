/** The settings of the connector to NII's service. */
import { z } from "zod";
import { certificates, say, text, url } from "./words.ts";

const profileForm = /^\s*(client|smime):[1-9]\d{0,2}=\d{1,6}\s*$/;

/** host or host:port, with commas between. */
const hostForm = /^[a-z0-9.-]+(:\d{1,5})?$/i;

export const upki = {
  UPKI_TRANSPORT: z
    .enum(["site", "manual"], {
      error: say("UPKI_TRANSPORT", "set it to site, or to manual where a registrar carries the files"),
    })
    .default("site"),
  UPKI_SITE_URL: url(
    "UPKI_SITE_URL",
    "set it to where registrars reach NII's site, such as https://scia.secomtrust.net",
    ["https:"],
  )
    .transform((value) => new URL(value).origin)
    .optional(),
  UPKI_SITE_CA: certificates(
    "UPKI_SITE_CA",
    "set it to the certificate above that of NII's site, as PEM text or a path, or leave it out where it is a public CA",
  ).optional(),
  UPKI_CLIENT_P12: z.string().optional(),
  UPKI_CLIENT_P12_PASSPHRASE: z.string().optional(),
  UPKI_CLIENT_CERT: z.string().optional(),
  UPKI_CLIENT_KEY: z.string().optional(),
  UPKI_MAIL_CA: certificates(
    "UPKI_MAIL_CA",
    "set it to the certificate of the CA that certifies the service's mails, as PEM text or a path",
  ).optional(),
  UPKI_MAIL_SENDER: text(
    "UPKI_MAIL_SENDER",
    "set it to the one address from which the service's mails come",
    (value) => /^[^\s<>@]+@[^\s<>@]+$/.test(value),
  ).optional(),
  UPKI_MAILBOX: text(
    "UPKI_MAILBOX",
    "set it to the portal's own address at which it receives the service's mails",
    (value) => /^[^\s<>@]+@[^\s<>@]+$/.test(value),
  ).optional(),
  UPKI_MAIL_SECRET: text(
    "UPKI_MAIL_SECRET",
    "set it to at least 32 random characters, for example from `openssl rand -hex 32`",
    (value) => value.length >= 32,
  ).optional(),
  UPKI_IMAP_URL: url(
    "UPKI_IMAP_URL",
    "set it to imaps://user:password@host/folder, or leave it out where mails come another way",
    ["imaps:", "imap:"],
  ).optional(),
  UPKI_PIN_HOSTS: text(
    "UPKI_PIN_HOSTS",
    "set it to the hosts of the pages that give out PINs, such as scia.secomtrust.net, with commas between",
    (value) => value.split(",").every((host) => hostForm.test(host.trim())),
  ).optional(),
  UPKI_PROFILES: text(
    "UPKI_PROFILES",
    "set it to kind:months=profile with commas between, such as client:52=5,client:13=13,smime:52=7, at least one of each kind",
    (value) =>
      value.split(",").every((entry) => profileForm.test(entry)) &&
      ["client", "smime"].every((kind) => value.includes(`${kind}:`)) &&
      isWithoutRepeats(value.split(",").map((entry) => entry.split("=")[0]?.trim())),
  ).default("client:52=5,client:25=14,client:13=13,smime:52=7,smime:25=16,smime:13=15"),
  UPKI_MANAGER_NAME: text(
    "UPKI_MANAGER_NAME",
    "set it to the name of whoever the service is to know as 利用管理者, 1 to 64 characters",
    (value) => value.length <= 64,
  ).default("証明書ポータル"),
  UPKI_MANAGER_AFFILIATION: text(
    "UPKI_MANAGER_AFFILIATION",
    "set it to the organisation of UPKI_MANAGER_NAME, 1 to 64 characters",
    (value) => value.length <= 64,
  ).default("証明書ポータル"),
  UPKI_SETTLING_SECONDS: z.coerce
    .number({ error: say("UPKI_SETTLING_SECONDS", "set it to a whole number from 1 to 86400") })
    .int({ error: say("UPKI_SETTLING_SECONDS", "set it to a whole number from 1 to 86400") })
    .min(1, { error: say("UPKI_SETTLING_SECONDS", "set it to a whole number from 1 to 86400") })
    .max(86_400, { error: say("UPKI_SETTLING_SECONDS", "set it to a whole number from 1 to 86400") })
    .default(600),
};

/** A term stands for one profile. */
function isWithoutRepeats(terms: readonly unknown[]): boolean {
  return new Set(terms).size === terms.length;
}

type Settings = {
  CA_BACKEND: string;
  UPKI_TRANSPORT: "site" | "manual";
  [name: string]: unknown;
};

/** What the service cannot be worked with without; nothing while the portal has a CA of its own. */
export function upkiConflicts(env: Settings): [boolean, string][] {
  const isUsed = env.CA_BACKEND === "upki";
  const goesItself = isUsed && env.UPKI_TRANSPORT === "site";
  const missing = (name: string, wanted: boolean, what: string): [boolean, string] => [
    wanted && env[name] === undefined,
    `${name} is missing: with CA_BACKEND=upki set it to ${what}.`,
  ];
  const hasCertificate = env.UPKI_CLIENT_P12 !== undefined || env.UPKI_CLIENT_CERT !== undefined;
  return [
    missing("UPKI_MAILBOX", isUsed, "the portal's own address for the service's mails"),
    missing("UPKI_MAIL_CA", isUsed, "the CA of the service's signed mails"),
    missing("UPKI_MAIL_SENDER", isUsed, "the address from which the service's mails come"),
    missing("UPKI_PIN_HOSTS", isUsed, "the hosts of the pages that give out PINs"),
    missing(
      "UPKI_SITE_URL",
      goesItself,
      "where registrars reach NII's site, or set UPKI_TRANSPORT to manual",
    ),
    [
      goesItself && !hasCertificate,
      "UPKI_CLIENT_P12 is missing: with CA_BACKEND=upki set it to the registrar's PKCS #12 file, or set UPKI_TRANSPORT to manual.",
    ],
  ];
}
