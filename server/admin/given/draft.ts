/** A list is kept from the moment it is shown until what it asks for is confirmed, so that nothing typed is lost on the way. */
import type { Database } from "../../db.ts";
import { PortalError } from "../../errors.ts";
import type { Scope } from "../../roles.ts";
import { type GivenLine, type ListFault, readList } from "./list.ts";

export type GivenKind = "offboarding" | "invitations";

const day = 24 * 60 * 60_000;

/** The id of the draft, or why the list cannot be read. @throws PortalError `not_found` where the institution is not theirs */
export async function keepList(
  db: Database,
  wish: {
    kind: GivenKind;
    institutionId: string;
    octets: Uint8Array;
    scope: Scope;
    by: string;
    now: Date;
  },
): Promise<{ id: string } | ListFault> {
  const { kind, institutionId, by, now } = wish;
  await institutionIn(db, wish.scope, institutionId);
  const lines = readList(wish.octets);
  if ("fault" in lines) return lines;
  await db.givenList.deleteMany({ where: { at: { lt: new Date(now.getTime() - day) } } });
  const data = { kind, institutionId, by, at: now, lines: lines.map(({ line, cells }) => [line, ...cells]) };
  const { id } = await db.givenList.create({ data, select: { id: true } });
  return { id };
}

/** What was given. @throws PortalError `not_found`: also when it is older than a day, or somebody else's */
export async function givenList(
  db: Pick<Database, "givenList">,
  { id, kind, scope, by }: { id: string; kind: GivenKind; scope: Scope; by: string },
): Promise<{ id: string; institutionId: string; lines: readonly GivenLine[] }> {
  const found = await db.givenList.findFirst({ where: { id, kind, by, ...within(scope) } });
  if (!found) throw new PortalError("not_found");
  const rows = found.lines as [number, ...string[]][];
  return {
    id,
    institutionId: found.institutionId,
    lines: rows.map(([line, ...cells]) => ({ line, cells })),
  };
}

export function within({ institutions }: Scope) {
  return institutions ? { institutionId: { in: [...institutions] } } : {};
}

export type ScopedInstitution = { id: string; nameJa: string; nameEn: string };

/** The institutions that somebody looks after, by name. */
export function institutionsIn(db: Database, { institutions }: Scope): Promise<ScopedInstitution[]> {
  return db.institution.findMany({
    where: institutions ? { id: { in: [...institutions] } } : {},
    select: { id: true, nameJa: true, nameEn: true },
    orderBy: [{ nameEn: "asc" }, { id: "asc" }],
  });
}

/** @throws PortalError `not_found` where it is not one that they look after */
export async function institutionIn(db: Pick<Database, "institution">, { institutions }: Scope, id: string) {
  const isTheirs = institutions === null || institutions.includes(id);
  const found = isTheirs ? await db.institution.findUnique({ where: { id } }) : null;
  if (!found) throw new PortalError("not_found");
  return found;
}
