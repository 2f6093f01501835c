/** The log: a line of JSON an event in production, a readable line in a terminal. What could be a secret is left out by name. */
import { randomInt } from "node:crypto";
import pino, { type DestinationStream, type Logger } from "pino";
import { logLevel } from "./env.ts";

const secretNames = [
  "pin",
  "ticket",
  "browser",
  "password",
  "passphrase",
  "secret",
  "token",
  "nonce",
  "key",
  "sealedKey",
  "sealedPackage",
  "privateKey",
  "pkcs8",
  "p12",
  "collectUrl",
  "assertion",
  "SAMLResponse",
  "cookie",
  "authorization",
  "AUTH_SECRET",
  "SEALING_KEY",
  "SEALING_KEY_PREVIOUS",
  "PKCS11_PIN",
  "DATABASE_URL",
  "SMTP_URL",
  "RESEND_API_KEY",
  "INNGEST_EVENT_KEY",
  "INNGEST_SIGNING_KEY",
];

/** What is told of an error. The objects that libraries hang on theirs can hold anything. */
function told(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const { code, detail } = error as { code?: unknown; detail?: unknown };
  return { name, code, message, detail, stack, cause: cause === undefined ? undefined : told(cause) };
}

/** A log that writes to the given place, for tests; `log` is the one to use. */
export function makeLog(level: string, to?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: told },
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      censor: "[left out]",
    },
  };
  return to ? pino(options, to) : pino(options);
}

/** One line for the eye: time, level unless it is ordinary, sentence, and what belongs to it. */
const readable: DestinationStream = {
  write(line) {
    const { time, level, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const facts = Object.entries(rest).map(
      ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
    );
    const stack = (err as { stack?: string } | undefined)?.stack;
    const head = [
      String(time).slice(11, 19),
      ...(level === "info" ? [] : [String(level).toUpperCase()]),
      msg,
    ];
    process.stdout.write(`${[...head, ...facts].join(" ")}\n${stack ? `${stack}\n` : ""}`);
  },
};

export const log: Logger = makeLog(logLevel(), process.stdout.isTTY ? readable : undefined);

/** A short number that a user can read to the help desk and that finds the log line: eight characters without look-alikes. */
export function newReference(): string {
  const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  return Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)]).join("");
}
