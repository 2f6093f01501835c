/**
 * The login log: a row for operators and a line of the process's log for each login and each refusal, under the number that
 * the reader sees. Names of attributes, never their values; what was expected and what was found.
 */
import { log, newReference, subjectHash } from "../../log.ts";
import { namesIn } from "../people/attributes.ts";
import { kindOf, type Person } from "../people/person.ts";
import type { Release } from "../people/releases.ts";
import { type Findings, LoginRefusal } from "../refusal.ts";
import type { Federation } from "../world.ts";
import { bucketOf } from "./bucket.ts";

/** What is known of a login when it ends, and where it ends. */
export type Circumstances = {
  /** The provider that was chosen, by its id, where its entityID is not known yet. */
  idp?: string;
  entityId?: string;
  locale: string;
  step: "start" | "answer" | "session";
  /** Who had to come back, of a step-up. */
  memberId?: string;
  /** And where they were, still logged in. */
  returnTo?: string;
  /** Once it was read. */
  release?: Release;
};

export async function recordLogin(
  world: Federation,
  login: { entityId: string; person: Person; release: Release; memberId: string },
) {
  const { entityId, memberId, person, release } = login;
  const { authnContext } = release;
  const identifiedBy = kindOf(person.identifiers[0] ?? "");
  const names = namesIn(release.reading);
  log.info(
    { event: "login", entityId, subject: subjectHash(memberId), identifiedBy, ...names, authnContext },
    "Somebody logged in",
  );
  await write(world, { step: "answer", entityId, memberId, identifiedBy, authnContext, ...names });
}

/**
 * Anybody can be refused as often as they like, and each row stays for 90 days: beyond so many a process writes no more, and
 * the process's log alone has them. Refusals where no institution was asked, the cheapest to have, take no room from the others.
 */
const roomForStrangers = bucketOf({ most: 600, perSecond: 1 });
const roomForAnswers = bucketOf({ most: 600, perSecond: 1 });

/** Returns the reference number to show. */
export async function recordRefusal(
  world: Federation,
  refusal: LoginRefusal,
  about: Circumstances,
): Promise<string> {
  const reference = newReference();
  const { step, memberId, release } = about;
  const { code } = refusal;
  const entityId = about.entityId ?? (await entityIdOf(world, about.idp));
  const findings = legible(refusal.findings);
  const facts = { event: "login_refused", reference, code, step, entityId, ...findings };
  if (code === "internal") log.error({ ...facts, err: refusal.cause }, "A login failed within the portal");
  else log.warn(facts, "A login was refused");
  const isRoom = (entityId ? roomForAnswers : roomForStrangers)(world.now());
  if (!isRoom) return reference;
  const names = release ? namesIn(release.reading) : { received: [], dropped: [] };
  const authnContext = release?.authnContext ?? null;
  await write(world, { reference, code, step, entityId, memberId, authnContext, ...names, findings });
  return reference;
}

async function entityIdOf({ db }: Federation, idp: string | undefined): Promise<string | undefined> {
  if (!idp) return undefined;
  const provider = await db.identityProvider
    .findUnique({ where: { id: idp }, select: { entityId: true } })
    .catch(() => null);
  return provider?.entityId;
}

/** Whatever was thrown, as a refusal. */
export function asRefusal(cause: unknown): LoginRefusal {
  return cause instanceof LoginRefusal ? cause : new LoginRefusal("internal", {}, cause);
}

type Row = {
  reference?: string;
  code?: string;
  step: Circumstances["step"];
  entityId?: string | undefined;
  memberId?: string | undefined;
  identifiedBy?: string;
  authnContext: string | null;
  received: string[];
  dropped: string[];
  findings?: Findings;
};

/** A row that cannot be written costs nobody a login, and no reader the page that says why there is none. */
async function write({ db, now }: Federation, row: Row) {
  try {
    await db.loginRecord.create({
      data: {
        at: now(),
        ...row,
        entityId: row.entityId ?? null,
        memberId: row.memberId ?? null,
        authnContext: row.authnContext && plain(row.authnContext, 200),
        received: row.received.map((name) => plain(name, 100)),
      },
    });
  } catch (err) {
    log.error({ err, reference: row.reference }, "The login log could not be written");
  }
}

/** Findings hold what strangers sent: nothing that a database or a page cannot hold, and not too much of it. */
function legible(findings: Findings): Findings {
  return Object.fromEntries(
    Object.entries(findings).map(([name, text]) => [name, plain(String(text), 1000)]),
  );
}

function plain(text: string, most: number): string {
  return text
    .slice(0, most)
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, "\ufffd");
}
