/** Answers of the OCSP responder (RFC 6960, RFC 5019): from memory where the same was asked before and nothing has changed. */
import { hash } from "node:crypto";
import { PkiError } from "../../../pki/errors.ts";
import { hashesOf, type OcspAnswer, type OcspError, ocspError } from "../../../pki/ocsp.ts";
import { type CertId, type OcspRequest, readOcspRequest } from "../../../pki/ocsp-request.ts";
import type { CertificateIssuer, Issuers } from "../issuers.ts";
import type { World } from "../world.ts";
import { allThere, whenThere } from "./at-once.ts";
import type { ReadyAnswer } from "./http-answer.ts";
import type { Recent } from "./recent.ts";
import type { Responder } from "./responders.ts";
import type { Status } from "./statuses.ts";

/** A signed answer that may be given again. */
export type KeptAnswer = {
  der: Uint8Array;
  /** Of the one certificate it is about. */
  status: Status;
  etag: string;
  /** thisUpdate and nextUpdate. */
  since: Date;
  until: Date;
  /** As it went to whoever last asked by GET; they are told for how many seconds it may be kept. */
  ready: (ReadyAnswer & { maxAge: number }) | null;
};

export type Answer = { der: Uint8Array; kept: KeptAnswer | null };

const minute = 60_000;
/** How long an answer is good: whoever keeps it that long learns of a revocation that late. A new one costs a thirtieth of a millisecond. */
const life = 60 * minute;
/** A certificate that nobody has heard of may come to be at any moment. */
const lifeOfUnknown = 5 * minute;

/** What was asked, and by what its answer is known: null for one that is not to be kept. */
export type Question = { request: OcspRequest; key: string | null };

/** Characters of a path that is remembered; those of usual requests, of one certificate, have a third of it. */
const mostInPath = 512;

/**
 * Answers a request that stands in a path, base64. What such a path asks is read once, for all who ask the same in the same letters.
 * @throws as answerOcsp
 */
export function answerPath(world: World, path: string): Answer | Promise<Answer> {
  const { paths } = world.publication;
  const known = paths.get(path);
  if (known) return answerQuestion(world, known);
  const octets = decoded(path);
  const question = octets && questionIn(octets);
  if (!question) return refused("malformedRequest");
  if (question === "unsupported") return refused("unauthorized");
  const answer = answerQuestion(world, question);
  // Only of an answer that is kept: strangers can ask for any number of others.
  if (!(answer instanceof Promise) && answer.kept && path.length <= mostInPath) paths.set(path, question);
  return answer;
}

/** Never throws for what strangers may send. @throws where the database or a key is missing */
export function answerOcsp(world: World, octets: Uint8Array): Answer | Promise<Answer> {
  const question = questionIn(octets);
  if (!question) return refused("malformedRequest");
  return question === "unsupported" ? refused("unauthorized") : answerQuestion(world, question);
}

/** Null for one that is malformed. */
function questionIn(octets: Uint8Array): Question | "unsupported" | null {
  try {
    const request = readOcspRequest(octets);
    return { request, key: keyOf(request) };
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return error.code === "ocsp_unsupported" ? "unsupported" : null;
  }
}

/** Base64, escaped or as it is; null for anything else. */
function decoded(path: string): Uint8Array | null {
  try {
    const text = path.includes("%") ? decodeURIComponent(path) : path;
    return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : null;
  } catch {
    return null;
  }
}

function answerQuestion(world: World, question: Question): Answer | Promise<Answer> {
  const upToDate = world.publication.statuses.upToDate();
  return upToDate ? upToDate.then(() => keptOrAnswered(world, question)) : keptOrAnswered(world, question);
}

function keptOrAnswered(world: World, question: Question): Answer | Promise<Answer> {
  const again = question.key === null ? undefined : world.publication.answers.get(question.key);
  if (again && isGood(again, world)) return { der: again.der, kept: again };
  return answered(world, question);
}

function refused(error: OcspError): Answer {
  return { der: ocspError(error), kept: null };
}

function keyOf({ certIds, nonce }: OcspRequest): string | null {
  const [only] = certIds;
  if (nonce || certIds.length > 1 || !only) return null;
  return latin1(only.encoded);
}

/** A clock may have been set back since. */
function isGood({ status, since, until }: KeptAnswer, world: World): boolean {
  const now = world.now();
  const isOfNow = since <= now && until.getTime() - now.getTime() > life / 2;
  return isOfNow && world.publication.statuses.peek(status.serial) === status;
}

function answered(world: World, question: Question): Answer | Promise<Answer> {
  const { statuses, responders } = world.publication;
  const { certIds } = question.request;
  return whenThere(world.issuers(), (issuers) => {
    const issuer = issuerOf(issuers, certIds, world.now());
    // RFC 5019 §2.2.3: whoever is not responsible says so, and signs nothing.
    if (!issuer) return refused("unauthorized");
    const known = allThere(certIds.map(({ serial }) => statuses.of(serial)));
    return whenThere(known, (known) =>
      whenThere(responders.of(issuer), (responder) => signed(world, question, known, issuer, responder)),
    );
  });
}

/** `known`: of each certificate asked for, in that order. */
function signed(
  world: World,
  { request: { certIds, nonce }, key }: Question,
  known: readonly (Status | null)[],
  issuer: CertificateIssuer,
  responder: Responder,
): Answer | Promise<Answer> {
  const now = world.now();
  const until = (time: number) => new Date(Math.min(now.getTime() + time, responder.notAfter.getTime()));
  const response = responder.sign({
    answers: certIds.map((certId, n): OcspAnswer => {
      const status = known[n];
      const common = { certId, thisUpdate: now };
      if (status?.issuerId !== issuer.id)
        return { ...common, status: "unknown", nextUpdate: until(lifeOfUnknown) };
      const { revoked } = status;
      const nextUpdate = until(life);
      return revoked
        ? { ...common, nextUpdate, status: "revoked", ...revoked }
        : { ...common, nextUpdate, status: "good" };
    }),
    nonce,
    producedAt: now,
  });
  return whenThere(response, (der) => {
    const status = known[0];
    // Only of certificates that there are: strangers can ask for any number of others.
    if (key === null || status?.issuerId !== issuer.id) return { der, kept: null };
    const etag = `"${hash("sha256", der, "base64url")}"`;
    const kept = { der, status, etag, since: now, until: until(life), ready: null };
    world.publication.answers.set(key, kept);
    return { der, kept };
  });
}

/** The one that all of them name; null when that is none of ours, or not one. */
function issuerOf(issuers: Issuers, certIds: readonly CertId[], now: Date): CertificateIssuer | null {
  const names = namesOf(issuers);
  const found = new Set(certIds.map((certId) => names.get(nameIn(certId))));
  const [only] = found;
  return found.size === 1 && only && only.notAfter > now ? only : null;
}

type NamedIssuer = Pick<CertId, "hash" | "issuerNameHash" | "issuerKeyHash">;

function nameIn({ hash, issuerNameHash, issuerKeyHash }: NamedIssuer): string {
  return `${hash}/${latin1(issuerNameHash)}${latin1(issuerKeyHash)}`;
}

/** A key of a map, a character an octet. */
function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

const named = new WeakMap<Issuers, ReadonlyMap<string, CertificateIssuer>>();

/** Each issuer of holders' certificates by all names that a request may give it. A root has no responder: its list says what it revoked. */
function namesOf(issuers: Issuers): ReadonlyMap<string, CertificateIssuer> {
  const known = named.get(issuers);
  if (known) return known;
  const names = new Map<string, CertificateIssuer>();
  for (const issuer of issuers.byId.values()) {
    const { kind, publicKey } = issuer;
    if (kind === "root" || !publicKey) continue;
    for (const hash of ["sha1", "sha256", "sha384", "sha512"] as const) {
      const { name, key } = hashesOf({ ...issuer, publicKey }, hash);
      names.set(nameIn({ hash, issuerNameHash: name, issuerKeyHash: key }), issuer);
    }
  }
  named.set(issuers, names);
  return names;
}

export type Answers = Recent<KeptAnswer>;
export type Paths = Recent<Question>;
