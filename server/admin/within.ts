/** Whose affairs a read is about: of one institution of those somebody looks after, or of all of them. */
import type { Database } from "../db.ts";
import { PortalError } from "../errors.ts";
import { Prisma } from "../generated/prisma/client.ts";
import type { Scope } from "../roles.ts";

/** Ids of institutions; null: all there are. */
export type Within = readonly string[] | null;

/** @throws PortalError `not_found` for an institution that is not theirs, as for one that does not exist */
export async function within(
  db: Pick<Database, "institution">,
  { institutions }: Scope,
  chosen: string | undefined,
): Promise<Within> {
  if (chosen === undefined) return institutions;
  const isTheirs = institutions === null || institutions.includes(chosen);
  if (!isTheirs || !(await db.institution.findUnique({ where: { id: chosen }, select: { id: true } })))
    throw new PortalError("not_found");
  return [chosen];
}

/** A condition on a column of institutions. Of one it is an equality, so that an index gives its rows in order. */
export function among(column: Prisma.Sql, institutions: Within): Prisma.Sql {
  if (institutions === null) return Prisma.sql`TRUE`;
  const [only, ...others] = institutions;
  return others.length === 0
    ? Prisma.sql`${column} = ${only ?? ""}`
    : Prisma.sql`${column} = ANY(${[...institutions]})`;
}

export type Choice = { id: string; nameJa: string; nameEn: string };

/** The institutions that can be chosen, by their English names. */
export function choices(db: Database, { institutions }: Scope): Promise<Choice[]> {
  return db.institution.findMany({
    where: institutions === null ? {} : { id: { in: [...institutions] } },
    select: { id: true, nameJa: true, nameEn: true },
    orderBy: [{ nameEn: "asc" }, { id: "asc" }],
  });
}
