/** The settings, read once and checked whole. The only place that reads `process.env`. */
import { z } from "zod";
import { audit } from "./env/audit.ts";
import { ca } from "./env/ca.ts";
import { keys } from "./env/keys.ts";
import { registration, registrationConflicts } from "./env/registration.ts";
import { signers } from "./env/signers.ts";
import { upki, upkiConflicts } from "./env/upki.ts";
import { watching } from "./env/watching.ts";
import { say, text, url } from "./env/words.ts";

type Source = Readonly<Record<string, string | undefined>>;

/** People choose their institution there: whoever could change the page on its way would choose for them. */
function isDiscoveryService(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, hash } = new URL(value);
  const safe = protocol === "https:" || (protocol === "http:" && homeHosts.includes(hostname));
  return safe && username === "" && hash === "";
}

/** A URL that is nothing but an origin, as browsers write it: what they send is compared with it. */
function asOrigin(text: string): string {
  const { href, origin } = new URL(text);
  return href === `${origin}/` ? origin : text;
}

/** Where nobody but this machine's own user comes. */
export const homeHosts = ["localhost", "127.0.0.1", "[::1]"];

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

const shape = z.object({
  DATABASE_URL: url("DATABASE_URL", "set it to the postgresql:// URL of the database", [
    "postgresql:",
    "postgres:",
  ]),
  BASE_URL: url("BASE_URL", "set it to where users reach the portal, such as https://portal.example.ac.jp", [
    "https:",
    "http:",
  ]).transform((value) => asOrigin(value.replace(/\/+$/, ""))),
  AUTH_SECRET: text(
    "AUTH_SECRET",
    "set it to at least 32 random characters, for example from `openssl rand -base64 48`",
    (value) => value.length >= 32,
  ),
  ...keys,
  DATA_DIR: z.string().default(".data"),
  DEMO_FEDERATION: z
    .enum(["true", "false"], { error: say("DEMO_FEDERATION", "set it to true or false") })
    .default("false")
    .transform((value) => value === "true"),
  FEDERATION_METADATA_URL: url(
    "FEDERATION_METADATA_URL",
    "set it to the https:// URL of the federation's signed metadata, or to the file:// URL of a copy",
    ["https:", "http:", "file:"],
  ).optional(),
  FEDERATION_MDQ_URL: url(
    "FEDERATION_MDQ_URL",
    "set it to the https:// URL of the federation's metadata query service, to which /entities/… is added",
    ["https:", "http:"],
  )
    .transform((value) => value.replace(/\/+$/, ""))
    .optional(),
  FEDERATION_MAX_VALIDITY: z.coerce
    .number({ error: say("FEDERATION_MAX_VALIDITY", "set it to a whole number of days from 1 to 90") })
    .int({ error: say("FEDERATION_MAX_VALIDITY", "set it to a whole number of days from 1 to 90") })
    .min(1, { error: say("FEDERATION_MAX_VALIDITY", "set it to a whole number of days from 1 to 90") })
    .max(90, { error: say("FEDERATION_MAX_VALIDITY", "set it to a whole number of days from 1 to 90") })
    .default(15),
  FEDERATION_SIGNING_CERT: signers.optional(),
  DISCOVERY_SERVICE_URL: text(
    "DISCOVERY_SERVICE_URL",
    "set it to the https:// URL of the federation's discovery service, or leave it out for the portal's own search",
    isDiscoveryService,
  ).optional(),
  ACCEPT_REFEDS_MFA: z
    .enum(["true", "false"], { error: say("ACCEPT_REFEDS_MFA", "set it to true or false") })
    .default("false")
    .transform((value) => value === "true"),
  INNGEST_EVENT_KEY: z.string().optional(),
  INNGEST_SIGNING_KEY: z.string().optional(),
  INNGEST_BASE_URL: url(
    "INNGEST_BASE_URL",
    "set it to the URL of your Inngest server, or leave it out for Inngest Cloud",
    ["https:", "http:"],
  ).optional(),
  RESEND_API_KEY: z.string().optional(),
  RESEND_BASE_URL: url("RESEND_BASE_URL", "set it to an http(s) URL, or leave it out", [
    "https:",
    "http:",
  ]).optional(),
  SMTP_URL: url("SMTP_URL", "set it to smtp://user:password@host:port or smtps://…", [
    "smtp:",
    "smtps:",
  ]).optional(),
  MAIL_FROM: text(
    "MAIL_FROM",
    "set it to the sender of the mails, such as 証明書ポータル <portal@example.ac.jp>",
    (value) => /^[^<>\r\n]*<?[^\s<>@]+@[^\s<>@]+>?$/.test(value),
  ).default("証明書ポータル <portal@portal.example.ac.jp>"),
  CLIENT_CERTIFICATE_LIMIT: z.coerce
    .number({ error: say("CLIENT_CERTIFICATE_LIMIT", "set it to a whole number from 1 to 1000") })
    .int({ error: say("CLIENT_CERTIFICATE_LIMIT", "set it to a whole number from 1 to 1000") })
    .min(1, { error: say("CLIENT_CERTIFICATE_LIMIT", "set it to a whole number from 1 to 1000") })
    .max(1000, { error: say("CLIENT_CERTIFICATE_LIMIT", "set it to a whole number from 1 to 1000") })
    .default(10),
  CA_BACKEND: z
    .enum(["local", "upki"], {
      error: say("CA_BACKEND", "set it to local, or to upki for NII's service, or leave it out"),
    })
    .default("local"),
  ...ca,
  ...upki,
  SUPPORT_CONTACT: z.string().optional(),
  ...registration,
  ...audit,
  ...watching,
  LOG_LEVEL: z
    .enum(logLevels, { error: say("LOG_LEVEL", `set it to one of ${logLevels.join(", ")}`) })
    .default("info"),
});

export type Env = Readonly<z.output<typeof shape>>;

/** Settings that cannot be worked with: one sentence a problem. */
export class SettingsError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(["The settings are not right.", ...problems.map((problem) => `  - ${problem}`)].join("\n"));
    this.name = "SettingsError";
    this.problems = problems;
  }
}

/** What settings must and must not stand together. */
function conflicts(env: Env, source: Source): string[] {
  const { hostname, protocol } = new URL(env.BASE_URL);
  const atHome = homeHosts.includes(hostname);
  const onVercel = Boolean(source.VERCEL);
  const byMdq = env.FEDERATION_MDQ_URL !== undefined;
  const ownMetadata = env.FEDERATION_METADATA_URL !== undefined || byMdq;
  const inngest = [env.INNGEST_EVENT_KEY, env.INNGEST_SIGNING_KEY].filter(Boolean).length;
  const table: [boolean, string][] = [
    [protocol !== "https:" && !atHome, "BASE_URL must begin with https:// unless it is localhost."],
    [
      new URL(env.BASE_URL).origin !== env.BASE_URL,
      "BASE_URL must have no path and nothing behind it: give the portal a host name of its own.",
    ],
    [
      env.DEMO_FEDERATION && onVercel,
      "DEMO_FEDERATION must not be on at Vercel, for its passwords are public: set FEDERATION_METADATA_URL instead.",
    ],
    [
      env.DEMO_FEDERATION && !atHome,
      "DEMO_FEDERATION must not be on unless BASE_URL is localhost, for its passwords are public: set FEDERATION_METADATA_URL instead.",
    ],
    [
      env.DEMO_FEDERATION && ownMetadata,
      `DEMO_FEDERATION and ${byMdq ? "FEDERATION_MDQ_URL" : "FEDERATION_METADATA_URL"} exclude each other: leave one out.`,
    ],
    [
      byMdq && env.FEDERATION_METADATA_URL !== undefined,
      "FEDERATION_METADATA_URL and FEDERATION_MDQ_URL exclude each other: leave one out.",
    ],
    [
      [env.FEDERATION_METADATA_URL, env.FEDERATION_MDQ_URL].some(
        (address) => address !== undefined && new URL(address).username !== "",
      ),
      `${byMdq ? "FEDERATION_MDQ_URL" : "FEDERATION_METADATA_URL"} must hold no user name and password: operators are shown it, and it is logged.`,
    ],
    [
      byMdq && env.DISCOVERY_SERVICE_URL === undefined,
      "DISCOVERY_SERVICE_URL is missing: a metadata query service gives no list of institutions, so another page has to let people choose theirs.",
    ],
    [
      !env.DEMO_FEDERATION && !ownMetadata,
      "FEDERATION_METADATA_URL is missing: set it, or set DEMO_FEDERATION to true to try the portal at localhost.",
    ],
    [
      ownMetadata && env.FEDERATION_SIGNING_CERT === undefined,
      "FEDERATION_SIGNING_CERT is missing: metadata are believed only when their signature holds, so set it to the signer's certificate.",
    ],
    [
      inngest === 1,
      `${env.INNGEST_EVENT_KEY ? "INNGEST_SIGNING_KEY" : "INNGEST_EVENT_KEY"} is missing: set both keys of Inngest, or neither for the engine inside the portal.`,
    ],
    [
      inngest === 0 && env.INNGEST_BASE_URL !== undefined,
      "INNGEST_BASE_URL needs INNGEST_EVENT_KEY and INNGEST_SIGNING_KEY: set them, or leave it out.",
    ],
    [
      inngest === 0 && onVercel,
      "INNGEST_EVENT_KEY and INNGEST_SIGNING_KEY are missing: at Vercel nothing runs between requests, so the workflows need Inngest.",
    ],
    [
      source.INNGEST_DEV !== undefined && source.INNGEST_DEV !== "0" && source.INNGEST_DEV !== "false",
      "INNGEST_DEV must not be set, for it accepts calls that nobody signed: leave it out.",
    ],
    [
      env.RESEND_API_KEY !== undefined && env.SMTP_URL !== undefined,
      "RESEND_API_KEY and SMTP_URL exclude each other: leave one out.",
    ],
    [
      env.RESEND_API_KEY === undefined && env.SMTP_URL === undefined && onVercel,
      "RESEND_API_KEY or SMTP_URL is missing: at Vercel there is no folder to put mails in.",
    ],
    [
      (env.RESEND_API_KEY !== undefined || env.SMTP_URL !== undefined) && source.MAIL_FROM === undefined,
      "MAIL_FROM is missing: set it to an address that your mail service lets you send from.",
    ],
    ...registrationConflicts(env),
    ...upkiConflicts(env),
  ];
  return table.filter(([broken]) => broken).map(([, sentence]) => sentence);
}

/** The settings of the given source, or a SettingsError that names every problem. An empty value counts as unset. */
export function readEnv(source: Source): Env {
  const set = Object.fromEntries(
    Object.entries(source).filter(([, value]) => value !== undefined && value.trim() !== ""),
  );
  if (set.BASE_URL === undefined && set.VERCEL_PROJECT_PRODUCTION_URL !== undefined) {
    set.BASE_URL = `https://${set.VERCEL_PROJECT_PRODUCTION_URL}`;
  }
  const result = shape.safeParse(set);
  if (!result.success)
    throw new SettingsError([...new Set(result.error.issues.map((issue) => issue.message))]);
  const problems = conflicts(result.data, set);
  if (problems.length > 0) throw new SettingsError(problems);
  return result.data;
}

let kept: Env | undefined;

/** The settings of this process. Read at the first call, not at import: a build has no settings. */
export function env(): Env {
  if (!kept) {
    kept = readEnv(process.env);
    // NextAuth reads this one by itself.
    process.env.NEXTAUTH_URL = kept.BASE_URL;
  }
  return kept;
}

/** Ends a process whose settings cannot be worked with, with the sentences that say why and nothing else. */
export function endWithoutSettings(): void {
  try {
    env();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    console.error(`\n${error.message}\n`);
    process.exit(1);
  }
}

/** How much to log; known before the settings are checked, for their faults are logged too. */
export function logLevel(): Env["LOG_LEVEL"] {
  return logLevels.find((level) => level === process.env.LOG_LEVEL) ?? "info";
}
