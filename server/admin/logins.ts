/** The login log as operators search it: by the number that a reader tells them, by institution, outcome and time. */
import type { Database } from "../db.ts";
import type { Prisma } from "../generated/prisma/client.ts";
import { type Named, namesOf } from "./federation.ts";

export type LoginSearch = {
  reference?: string | undefined;
  /** Of a name in either language, or of the entityID. */
  institution?: string | undefined;
  /** All, those that ended in a session, those that did not, or one reason why not. */
  outcome?: string | undefined;
  /** From the beginning of `from` to the end of `to`. */
  from?: Date | undefined;
  to?: Date | undefined;
  /** The page after this place, as the page before gave it. */
  before?: string | undefined;
};

export type LoginSummary = {
  id: string;
  at: Date;
  reference: string | null;
  /** Null: it succeeded. */
  code: string | null;
  institution: Named | null;
};

export type LoginPage = { logins: readonly LoginSummary[]; next: string | null };

const perPage = 50;
const mostInstitutions = 100;

export async function searchLogins(db: Database, search: LoginSearch): Promise<LoginPage> {
  const rows = await db.loginRecord.findMany({
    where: await conditionsOf(db, search),
    // By time first: of a day long past the index of times finds the place.
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: perPage + 1,
    select: { id: true, at: true, reference: true, code: true, entityId: true },
  });
  const shown = rows.slice(0, perPage);
  const names = await namesOf(
    db,
    shown.flatMap(({ entityId }) => entityId ?? []),
  );
  return {
    logins: shown.map(({ entityId, ...row }) => ({
      ...row,
      id: String(row.id),
      institution: entityId ? (names.get(entityId) ?? { entityId, nameJa: null, nameEn: null }) : null,
    })),
    next: rows.length > perPage ? placeOf(shown.at(-1)) : null,
  };
}

/** Where a page ends: the next begins after it, whatever has come meanwhile. */
function placeOf(row: { at: Date; id: bigint } | undefined): string | null {
  return row ? `${row.at.getTime()}-${row.id}` : null;
}

function after(place: string): Prisma.LoginRecordWhereInput {
  const [time, id] = place.split("-");
  const at = new Date(Number(time));
  return { at: { lte: at }, OR: [{ at: { lt: at } }, { id: { lt: BigInt(id ?? 0) } }] };
}

async function conditionsOf(db: Database, search: LoginSearch): Promise<Prisma.LoginRecordWhereInput> {
  const { reference, institution, outcome, from, to, before } = search;
  // Who has the number means this one, whatever else is in the form.
  if (reference) return { reference: reference.toUpperCase().replaceAll(/[^0-9A-Z]/g, "") };
  return {
    ...(institution && { entityId: { in: await entityIdsOf(db, institution) } }),
    ...(outcome && {
      code: outcome === "succeeded" ? null : outcome === "refused" ? { not: null } : outcome,
    }),
    ...((from || to) && { at: { ...(from && { gte: from }), ...(to && { lt: to }) } }),
    ...(before && { AND: after(before) }),
  };
}

async function entityIdsOf(db: Database, text: string): Promise<string[]> {
  const contains = { contains: text.replace(/[\\%_]/g, "\\$&"), mode: "insensitive" } as const;
  const asked = {
    where: { OR: [{ nameJa: contains }, { nameEn: contains }, { entityId: contains }] },
    select: { entityId: true },
    take: mostInstitutions,
  };
  const found = await Promise.all([db.institution.findMany(asked), db.identityProvider.findMany(asked)]);
  // One that is in no metadata has records too.
  return [...new Set([text, ...found.flat().map(({ entityId }) => entityId)])];
}

export type LoginDetail = LoginSummary & {
  /** `start`, `answer` or `session`. */
  step: string;
  /** Who logged in, or had to come back. */
  member: { displayName: string; displayNameJa: string | null } | null;
  identifiedBy: string | null;
  authnContext: string | null;
  /** Names of attributes. */
  received: readonly string[];
  dropped: readonly string[];
  findings: readonly { name: string; text: string }[];
};

/** Null for a number that no record has. */
export async function loginDetail(db: Database, id: string): Promise<LoginDetail | null> {
  const row = await db.loginRecord.findUnique({ where: { id: BigInt(id) } });
  if (!row) return null;
  const { entityId, memberId, at, reference, code, step, identifiedBy, authnContext, received, dropped } =
    row;
  const [names, member] = await Promise.all([
    namesOf(db, entityId ? [entityId] : []),
    memberId &&
      db.member.findUnique({
        where: { id: memberId },
        select: { displayName: true, displayNameJa: true },
      }),
  ]);
  return {
    id: String(row.id),
    at,
    reference,
    code,
    institution: entityId ? (names.get(entityId) ?? { entityId, nameJa: null, nameEn: null }) : null,
    step,
    member: member || null,
    identifiedBy,
    authnContext,
    received,
    dropped,
    findings: Object.entries((row.findings ?? {}) as Record<string, unknown>)
      .map(([name, text]) => ({ name, text: String(text) }))
      .sort((one, other) => rank(one.name) - rank(other.name)),
  };
}

/** What was expected is read before what was found; the database keeps no order. */
function rank(finding: string): number {
  return finding === "expected" ? 0 : 1;
}
