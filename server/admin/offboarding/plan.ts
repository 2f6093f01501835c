/** Whom a list means, and what they hold: what is shown before anything is done. */
import type { Transaction } from "../../db.ts";
import { livingOf } from "../../enrollment/leave.ts";
import { type GivenLine, withoutHead } from "../given/list.ts";

export type Leaver = {
  line: number;
  asked: string;
  memberId: string;
  displayName: string;
  displayNameJa: string | null;
  /** Certificates that would be revoked, applications that would be cancelled. */
  certificates: number;
  applications: number;
  /** Whoever is an operator stays one: that role is not their institution's. */
  isOperator: boolean;
};

export type OffboardingPlan = {
  people: readonly Leaver[];
  /** Lines of whom nobody of the institution has ever logged in. */
  notFound: readonly { line: number; asked: string }[];
  /** Lines that name somebody of the line `first` once more. */
  duplicates: readonly { line: number; asked: string; first: number }[];
  counts: {
    people: number;
    notFound: number;
    duplicates: number;
    certificates: number;
    applications: number;
  };
};

export async function planOffboarding(
  db: Pick<Transaction, "memberIdentifier" | "enrollment">,
  { institutionId, lines, now }: { institutionId: string; lines: readonly GivenLine[]; now: Date },
): Promise<OffboardingPlan> {
  const asked = withoutHead(lines, "eppn").map(({ line, cells: [first = ""] }) => ({ line, asked: first }));
  const { unique, duplicates } = withoutTwins(asked);
  const members = await membersOf(
    db,
    institutionId,
    unique.map((one) => one.asked),
    now,
  );
  const living = await livingOf(
    db,
    [...members.values()].map(({ id }) => id),
  );
  const people = unique.flatMap(({ line, asked }) => {
    const member = members.get(asked.toLowerCase());
    if (!member) return [];
    const { id: memberId, roles, ...names } = member;
    const holds = living.get(memberId) ?? { certificates: 0, applications: 0 };
    return [{ line, asked, memberId, ...names, ...holds, isOperator: roles.length > 0 }];
  });
  const found = new Set(people.map(({ line }) => line));
  const notFound = unique.filter(({ line }) => !found.has(line));
  const sum = (of: "certificates" | "applications") => people.reduce((all, one) => all + one[of], 0);
  return {
    people,
    notFound,
    duplicates,
    counts: {
      people: people.length,
      notFound: notFound.length,
      duplicates: duplicates.length,
      certificates: sum("certificates"),
      applications: sum("applications"),
    },
  };
}

/** ePPN compares without case. */
function withoutTwins(asked: readonly { line: number; asked: string }[]) {
  const first = new Map<string, number>();
  const unique: { line: number; asked: string }[] = [];
  const duplicates: { line: number; asked: string; first: number }[] = [];
  for (const one of asked) {
    const key = one.asked.toLowerCase();
    const before = first.get(key);
    if (before !== undefined) duplicates.push({ ...one, first: before });
    else {
      first.set(key, one.line);
      unique.push(one);
    }
  }
  return { unique, duplicates };
}

/** By ePPN in small letters: an ePPN goes with its present holder. */
async function membersOf(
  db: Pick<Transaction, "memberIdentifier">,
  institutionId: string,
  eppns: readonly string[],
  now: Date,
) {
  const rows = await db.memberIdentifier.findMany({
    where: { institutionId, subject: { in: eppns.map((eppn) => `eppn:${eppn.toLowerCase()}`) } },
    select: {
      subject: true,
      member: {
        select: {
          id: true,
          displayName: true,
          displayNameJa: true,
          roles: {
            where: { role: "operator", OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
            select: { id: true },
          },
        },
      },
    },
  });
  return new Map(rows.map(({ subject, member }) => [subject.slice("eppn:".length), member]));
}
