/** What programs of an institution show to be let in: made, shown once, used, ended. Only a hash of it is kept. */
import { createHash, randomBytes } from "node:crypto";
import { append } from "../audit/append.ts";
import type { Database } from "../db.ts";
import { PortalError } from "../errors.ts";
import { Prisma } from "../generated/prisma/client.ts";
import type { Scope } from "../roles.ts";
import { institutionIn, within } from "./given/draft.ts";

export type TokenRow = {
  id: string;
  name: string;
  institution: { nameJa: string; nameEn: string };
  createdBy: string;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  endedAt: Date | null;
  state: "in_force" | "expired" | "ended";
};

type Making = {
  /** Of the form: posted twice it makes one. */
  id: string;
  institutionId: string;
  name: string;
  expiresAt: Date | null;
  reason: string;
  scope: Scope;
  by: string;
  now: Date;
};
export type Made = { result: "made"; token: string } | { result: "already" | "in_the_past" };

/** By its beginning it is known for one wherever it should not be. */
const beginning = "ccp_";

/**
 * The token itself is in the answer and nowhere else; a form posted twice does not see it again.
 * @throws PortalError `not_found` where the institution is not theirs
 */
export async function makeToken(db: Database, making: Making): Promise<Made> {
  const { id, institutionId, name, expiresAt, reason, by, now } = making;
  if (expiresAt && expiresAt <= now) return { result: "in_the_past" };
  const token = beginning + randomBytes(32).toString("base64url");
  try {
    await db.$transaction(async (tx) => {
      await institutionIn(tx, making.scope, institutionId);
      const row = { id, institutionId, name, createdBy: by, createdAt: now, expiresAt };
      await tx.apiToken.create({ data: { ...row, hash: hashOf(token) } });
      const after = { name, until: expiresAt?.toISOString() ?? null };
      await append(tx, { ...noteOf(row), deed: "token.made", at: now, after, reason });
    });
    return { result: "made", token };
  } catch (error) {
    const isTwin = error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";
    if (isTwin) return { result: "already" };
    throw error;
  }
}

/** Holds from the next request on. @throws PortalError `not_found` */
export async function endToken(
  db: Database,
  { id, scope, reason, now }: { id: string; scope: Scope; reason: string; now: Date },
): Promise<"ended" | "already"> {
  return db.$transaction(async (tx) => {
    const found = await tx.apiToken.findFirst({ where: { id, ...within(scope) } });
    if (!found) throw new PortalError("not_found");
    const { count } = await tx.apiToken.updateMany({ where: { id, endedAt: null }, data: { endedAt: now } });
    if (count === 0) return "already";
    await append(tx, {
      ...noteOf(found),
      deed: "token.ended",
      at: now,
      before: { name: found.name },
      reason,
    });
    return "ended";
  });
}

const mostEnded = 100;

/** All that have not been ended, then the newest of those that were. */
export async function listTokens(
  db: Database,
  { scope, now }: { scope: Scope; now: Date },
): Promise<TokenRow[]> {
  const [living, ended] = await Promise.all([
    db.apiToken.findMany({ where: { ...within(scope), endedAt: null }, orderBy: { createdAt: "desc" } }),
    db.apiToken.findMany({
      where: { ...within(scope), endedAt: { not: null } },
      orderBy: { endedAt: "desc" },
      take: mostEnded,
    }),
  ]);
  const rows = [...living, ...ended];
  const [institutions, members] = await Promise.all([
    db.institution.findMany({
      where: { id: { in: rows.map(({ institutionId }) => institutionId) } },
      select: { id: true, nameJa: true, nameEn: true },
    }),
    db.member.findMany({
      where: { id: { in: rows.map(({ createdBy }) => createdBy) } },
      select: { id: true, displayName: true },
    }),
  ]);
  return rows.map(({ id, name, institutionId, createdBy, createdAt, expiresAt, lastUsedAt, endedAt }) => {
    const { nameJa = "", nameEn = "" } = institutions.find((one) => one.id === institutionId) ?? {};
    const isOver = expiresAt !== null && expiresAt <= now;
    return {
      ...{ id, name, createdAt, expiresAt, lastUsedAt, endedAt },
      institution: { nameJa, nameEn },
      createdBy: members.find((one) => one.id === createdBy)?.displayName ?? createdBy,
      state: endedAt ? "ended" : isOver ? "expired" : "in_force",
    };
  });
}

/** How often a minute a token may be shown. */
export const mostPerMinute = 60;

export type Bearer = { id: string; institutionId: string; isTooOften: boolean };

/** Whose token it is, noted as used; null where it lets nobody in (any more). */
export async function bearerOf(db: Database, token: string, now: Date): Promise<Bearer | null> {
  if (!token.startsWith(beginning) || token.length > 100) return null;
  const minute = new Date(Math.floor(now.getTime() / 60_000) * 60_000);
  const [row] = await db.$queryRaw<{ id: string; institutionId: string; count: number }[]>`
    UPDATE "ApiToken" SET "lastUsedAt" = ${now}::timestamptz, "minuteAt" = ${minute}::timestamptz,
      "minuteCount" = CASE WHEN "minuteAt" = ${minute}::timestamptz THEN "minuteCount" + 1 ELSE 1 END
    WHERE hash = ${hashOf(token)} AND "endedAt" IS NULL AND ("expiresAt" IS NULL OR "expiresAt" > ${now}::timestamptz)
    RETURNING id, "institutionId", "minuteCount" AS count`;
  return row ? { id: row.id, institutionId: row.institutionId, isTooOften: row.count > mostPerMinute } : null;
}

function hashOf(token: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash("sha256").update(token, "utf8").digest());
}

function noteOf({ id, institutionId }: { id: string; institutionId: string }) {
  return { subject: "token", subjectId: id, institutionId } as const;
}
