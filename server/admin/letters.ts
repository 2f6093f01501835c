/** Every mail that was to leave the portal: to whom, when, and what came of it. */
import type { Database } from "../db.ts";
import type { LetterKind } from "../enrollment/views.ts";
import type { LetterStatus, Prisma } from "../generated/prisma/client.ts";
import type { Scope } from "../roles.ts";

export type LetterSearch = {
  kind?: LetterKind | undefined;
  status?: LetterStatus | undefined;
  /** From the beginning of `from` to the end of `to`. */
  from?: Date | undefined;
  to?: Date | undefined;
  /** The page after this place, as the page before gave it: `<milliseconds>-<id>`. */
  before?: string | undefined;
  scope: Scope;
};

export type LetterRow = {
  id: string;
  kind: LetterKind;
  recipient: string;
  locale: string;
  status: LetterStatus;
  createdAt: Date;
  sentAt: Date | null;
  /** The provider's own name for it, and its answer where it was not taken. */
  providerId: string | null;
  error: string | null;
  /** How often it was sent once more. */
  again: number;
  application: { id: string; number: number; name: string; institutionJa: string; institutionEn: string };
};

export type LetterPage = { letters: readonly LetterRow[]; next: string | null };

const perPage = 50;

export async function searchLetters(db: Database, search: LetterSearch): Promise<LetterPage> {
  const rows = await db.letter.findMany({
    where: conditionsOf(search),
    include: { enrollment: { include: { member: { include: { institution: true } } } } },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: perPage + 1,
  });
  const shown = rows.slice(0, perPage);
  const last = rows.length > perPage ? shown.at(-1) : undefined;
  return {
    letters: shown.map(({ enrollment: { id, number, member }, ...letter }) => ({
      ...only(letter),
      kind: letter.kind as LetterKind,
      application: {
        ...{ id, number, name: member.displayNameJa ?? member.displayName },
        ...{ institutionJa: member.institution.nameJa, institutionEn: member.institution.nameEn },
      },
    })),
    next: last ? `${last.createdAt.getTime()}-${last.id}` : null,
  };
}

type Shown = Omit<LetterRow, "application" | "kind">;

function only(letter: Shown): Shown {
  const { id, recipient, locale, status, createdAt, sentAt, providerId, error, again } = letter;
  return { id, recipient, locale, status, createdAt, sentAt, providerId, error, again };
}

function conditionsOf({ kind, status, from, to, before, scope }: LetterSearch): Prisma.LetterWhereInput {
  const { institutions } = scope;
  return {
    ...(institutions !== null && { enrollment: { institutionId: { in: [...institutions] } } }),
    ...(kind && { kind }),
    ...(status && { status }),
    ...((from || to) && { createdAt: { ...(from && { gte: from }), ...(to && { lt: to }) } }),
    ...(before && { AND: after(before) }),
  };
}

function after(place: string): Prisma.LetterWhereInput {
  const dash = place.indexOf("-");
  const at = new Date(Number(place.slice(0, dash)));
  return { createdAt: { lte: at }, OR: [{ createdAt: { lt: at } }, { id: { lt: place.slice(dash + 1) } }] };
}
