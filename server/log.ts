/**
 * The log: a line of JSON an event in production, a readable line in a terminal. What could be a secret is left out by name, and what
 * looks like somebody's address by its looks; a person is there only by `subjectHash`.
 */
import { createHmac, randomInt } from "node:crypto";
import pino, { type DestinationStream, type Logger } from "pino";
import { env, logLevel } from "./env.ts";

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
  return {
    name,
    code,
    message,
    detail: detailTold(detail),
    stack,
    cause: cause === undefined ? undefined : told(cause),
  };
}

/** Of our own errors, without what the reader had typed. The database's are sentences that quote a row. */
function detailTold(detail: unknown): unknown {
  if (typeof detail !== "object" || detail === null) return undefined;
  const { value: _typed, ...rest } = detail as Record<string, unknown>;
  return rest;
}

/** Mail addresses and ePPNs: a part, an @, and a name with a dot. */
const addresses = /[\p{L}\p{N}._%+'-]+@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}/gu;

/** A log that writes to the given place, for tests; `log` is the one to use. */
export function makeLog(level: string, to?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: told },
    formatters: { level: (label: string) => ({ level: label }) },
    // The last look at a line: messages of errors come from anywhere, a mail server's too.
    hooks: { streamWrite: (line: string) => line.replace(addresses, "[address]") },
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

/** Who it was, where a line needs one to be told from another: the same person is the same 16 digits, and nobody can say who. */
export function subjectHash(memberId: string): string {
  const key = env().AUTH_SECRET;
  return createHmac("sha256", key).update(`subject of the log ${memberId}`).digest("hex").slice(0, 16);
}
