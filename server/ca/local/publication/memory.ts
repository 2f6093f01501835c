/** What a process remembers so that publication costs little: all of it can be made anew from the database. */

import type { Database } from "../../../db.ts";
import { generateEcKey, type KeyPair } from "../../../pki/keys.ts";
import type { Sealing } from "../../../secrets/sealing.ts";
import type { Issuers } from "../issuers.ts";
import type { Answers, KeptAnswer, Paths, Question } from "./ocsp.ts";
import { type Recent, recent } from "./recent.ts";
import { type Responders, respondersOf } from "./responders.ts";
import { type Statuses, statusesOf } from "./statuses.ts";
import { type Turns, turns } from "./turns.ts";

export type PublicationLimits = {
  /** Certificates in force that name one list before the next ones name another. */
  certificatesOfShard?: number;
  /** Octets up to which a list is made anew as a whole after each revocation. */
  smallUpTo?: number;
};

export type PublicationMemory = {
  limits: PublicationLimits;
  turns: Turns;
  statuses: Statuses;
  responders: Responders;
  answers: Answers;
  /** What paths ask of which an answer is kept. */
  paths: Paths;
  /** Octets of lists, by file and number. */
  files: Recent<Uint8Array<ArrayBuffer>>;
};

/** Of two kilobytes each. */
const mostAnswers = 20_000;
/** Three lists of a million entries. */
const mostOctets = 128 * 1024 * 1024;

export type PublicationParts = {
  db: Database;
  now: () => Date;
  sealing: Sealing;
  issuers: () => Issuers | Promise<Issuers>;
  limits?: PublicationLimits;
  /** The keys of OCSP responders; P-256. */
  makeResponderKey?: () => Promise<KeyPair>;
};

export function publicationMemory({
  issuers,
  limits = {},
  makeResponderKey = () => generateEcKey("P-256"),
  ...parts
}: PublicationParts): PublicationMemory {
  const issuerIds = async () => [...(await issuers()).byId.keys()];
  return {
    limits,
    turns: turns(),
    statuses: statusesOf({ ...parts, issuerIds }),
    responders: respondersOf({ ...parts, makeKey: makeResponderKey }),
    answers: recent<KeptAnswer>(mostAnswers),
    paths: recent<Question>(mostAnswers),
    files: recent<Uint8Array<ArrayBuffer>>(mostOctets, (octets) => octets.length),
  };
}
