/** A list of members as they are to get certificates, line by line: what of it can be done, and why the rest cannot. */
import type { Transaction } from "../../db.ts";
import { type Kind, kindNames } from "../../enrollment/kind.ts";
import { alive, termsOffered } from "../../enrollment/offer.ts";
import type { Scope as RegisteredScope } from "../../federation/people/scopes.ts";
import { scopeAllowed } from "../../federation/people/scopes.ts";
import type { Ports } from "../../ports.ts";
import { type GivenLine, withoutHead } from "../given/list.ts";

export const columns = ["eppn", "kind", "months", "mail"] as const;

/** Why a line cannot be done; each has its sentence in messages (`Admin.invitations.problems`). */
export const lineProblems = [
  "eppn_malformed",
  "eppn_foreign",
  "kind_unknown",
  "kind_not_offered",
  "term_unknown",
  "mail_malformed",
  "duplicate",
  "waits_already",
  "holds_already",
] as const;
export type LineProblem = (typeof lineProblems)[number];

export type PlannedLine = {
  line: number;
  /** As they were given. */
  cells: readonly string[];
  /** What it asks for; null where that cannot be read. */
  wish: Wish | null;
  problem: LineProblem | null;
};
export type Wish = { eppn: string; kind: Kind; months: number; mail: string | null };

type Reader = Pick<
  Transaction,
  "institution" | "identityProvider" | "invitation" | "memberIdentifier" | "enrollment"
>;

export async function planInvitations(
  db: Reader,
  {
    institutionId,
    lines,
    rules,
  }: { institutionId: string; lines: readonly GivenLine[]; rules: Ports["rules"] },
): Promise<PlannedLine[]> {
  const institution = await db.institution.findUniqueOrThrow({ where: { id: institutionId } });
  const provider = await db.identityProvider.findFirst({ where: { entityId: institution.entityId } });
  const scopes = (provider?.scopes ?? []) as RegisteredScope[];
  const offer = { terms: termsOffered(rules, institution), offered: institution.kinds, scopes };
  const read = withoutHead(lines, "eppn").map((line) => readLine(line, offer));
  const eppns = read.flatMap(({ wish }) => wish?.eppn ?? []);
  const [waiting, held] = await Promise.all([
    waitingOf(db, institutionId, eppns),
    heldBy(db, institutionId, eppns),
  ]);
  const seen = new Set<string>();
  return read.map((one) => {
    if (!one.wish || one.problem) return one;
    const key = keyOf(one.wish);
    const problem = seen.has(key)
      ? "duplicate"
      : waiting.has(key)
        ? "waits_already"
        : held.has(key)
          ? "holds_already"
          : null;
    seen.add(key);
    return { ...one, problem };
  });
}

type Offer = {
  terms: Record<Kind, readonly number[]>;
  offered: readonly Kind[];
  scopes: readonly RegisteredScope[];
};

function readLine({ line, cells }: GivenLine, { terms, offered, scopes }: Offer): PlannedLine {
  const [asked = "", wanted = "", term = "", mail = ""] = cells;
  const eppn = asked.toLowerCase();
  const kind = kindNames.find((name) => name === wanted.toLowerCase());
  const months = /^\d{1,3}$/.test(term) ? Number(term) : null;
  const wish = kind && months !== null ? { eppn, kind, months, mail: mail || null } : null;
  const problem = ((): LineProblem | null => {
    const [local, scope, ...more] = eppn.split("@");
    if (!local || !scope || more.length > 0) return "eppn_malformed";
    if (!scopeAllowed(scope, scopes)) return "eppn_foreign";
    if (!kind) return "kind_unknown";
    if (!offered.includes(kind) || terms[kind].length === 0) return "kind_not_offered";
    if (months === null || !terms[kind].includes(months)) return "term_unknown";
    return mail === "" || /^[^\s@]+@[^\s@]+$/.test(mail) ? null : "mail_malformed";
  })();
  return { line, cells, wish, problem };
}

/** One of a kind for a person, and of S/MIME one for an address. */
function keyOf({ eppn, kind, mail }: Pick<Wish, "eppn" | "kind" | "mail">): string {
  return `${kind} ${eppn} ${kind === "smime" ? (mail?.toLowerCase() ?? "") : ""}`;
}

async function waitingOf(db: Reader, institutionId: string, eppns: string[]): Promise<Set<string>> {
  const rows = await db.invitation.findMany({
    where: { institutionId, status: "waiting", eppn: { in: eppns } },
    select: { eppn: true, kind: true, mail: true },
  });
  return new Set(rows.map(keyOf));
}

/** What they hold, or have asked for, by the key that a line would have. */
async function heldBy(db: Reader, institutionId: string, eppns: string[]): Promise<Set<string>> {
  const known = await db.memberIdentifier.findMany({
    where: { institutionId, subject: { in: eppns.map((eppn) => `eppn:${eppn}`) } },
    select: { subject: true, memberId: true, member: { select: { mails: true } } },
  });
  const living = await db.enrollment.findMany({
    where: { memberId: { in: known.map(({ memberId }) => memberId) }, ...alive },
    select: { memberId: true, kind: true, mail: true },
  });
  return new Set(
    known.flatMap(({ subject, memberId, member }) =>
      living
        .filter((one) => one.memberId === memberId)
        .flatMap(({ kind, mail }) => {
          const eppn = subject.slice("eppn:".length);
          const isFirst = member.mails[0] === mail;
          return [keyOf({ eppn, kind, mail }), ...(isFirst ? [keyOf({ eppn, kind, mail: null })] : [])];
        }),
    ),
  );
}
