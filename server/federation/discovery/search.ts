/** The institutions that people may choose from: searched in memory, read anew when other metadata come into force. */
import type { Database } from "../../db.ts";
import {
  type Asked,
  type Found,
  type InstitutionIndex,
  indexInstitutions,
  type Source,
  searchInstitutions,
} from "./institution-index.ts";
import { shownLogo } from "./logo.ts";

/** `answers`: the first letters are much the same for everybody. */
type Standing = { index: InstitutionIndex; answers: Map<string, Found> };
type Kept = { metadata: string; standing: Promise<Standing> };

const mostAnswers = 500;
/** No answer is kept for longer: an institution's metadata may end meanwhile. */
const minute = 60_000;

/** One a process, however many copies of this module there are. */
const kept = globalThis as { portalInstitutions?: WeakMap<Database, Kept> };

/** Those that hold every word of `q`, or the mail domain `@…`, the likeliest first; with nothing to look for, all by name. */
export async function searchProviders(
  db: Database,
  { now = new Date(), limit = 50, ...asked }: Omit<Asked, "now" | "limit"> & Partial<Asked>,
): Promise<Found> {
  const { index, answers } = await institutions(db);
  const question = JSON.stringify([asked, limit, Math.floor(now.getTime() / minute)]);
  const known = answers.get(question);
  if (known) return known;
  const found = searchInstitutions(index, { ...asked, limit, now });
  if (answers.size >= mostAnswers) answers.clear();
  answers.set(question, found);
  return found;
}

async function institutions(db: Database): Promise<Standing> {
  const state = await db.federationState.findUnique({
    where: { id: "current" },
    select: { digest: true, loadedAt: true },
  });
  // Metadata that come one by one have no digest, and are few.
  if (!state?.digest) return read(db);
  const metadata = `${state.digest} ${state.loadedAt?.toISOString()}`;
  kept.portalInstitutions ??= new WeakMap();
  const before = kept.portalInstitutions.get(db);
  if (before?.metadata === metadata) return before.standing;
  const reading = read(db);
  // Nobody waits for it: whoever asks meanwhile is answered by what was in force before, and an institution that is gone logs nobody in.
  const next: Kept = { metadata, standing: before?.standing ?? reading };
  kept.portalInstitutions.set(db, next);
  reading.then(
    () => {
      next.standing = reading;
    },
    () => kept.portalInstitutions?.delete(db),
  );
  return next.standing;
}

async function read(db: Database): Promise<Standing> {
  return { index: await indexInstitutions(portionsOf(db)), answers: new Map() };
}

/** As many rows as a process takes in without anybody noticing. */
const rowsAtOnce = 500;

/** A logo may be within the metadata and large: then it is enough to know that there is one. */
async function* portionsOf(db: Database): AsyncGenerator<Source[]> {
  let last = "";
  for (let isMore = true; isMore; ) {
    const rows = await db.$queryRaw<Source[]>`
      SELECT "id", "nameJa", "nameEn", "search", "domains", "validUntil",
        CASE WHEN starts_with("logoJa", 'data:') THEN 'data:' ELSE "logoJa" END AS "logoJa",
        CASE WHEN starts_with("logoEn", 'data:') THEN 'data:' ELSE "logoEn" END AS "logoEn",
        coalesce("ssoRedirect", "ssoPost") IS NOT NULL AND cardinality("certificates") > 0 AS "usable"
      FROM "IdentityProvider" WHERE NOT "hidden" AND "id" > ${last} ORDER BY "id" LIMIT ${rowsAtOnce}`;
    last = rows.at(-1)?.id ?? last;
    isMore = rows.length === rowsAtOnce;
    yield rows.map((row) => ({
      ...row,
      logoJa: shownLogo(row.id, "ja", row.logoJa),
      logoEn: shownLogo(row.id, "en", row.logoEn),
    }));
  }
}
