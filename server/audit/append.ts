/**
 * 監査証跡: a deed becomes an entry in the deed's own transaction, so that neither is there without the other. Its place in the chain is
 * given by the database as the transaction commits (prisma/migrations, `portal_chain_audit`).
 */
import { randomUUID } from "node:crypto";
import canonicalize from "canonicalize";
import type { Transaction } from "../db.ts";
import type { Prisma } from "../generated/prisma/client.ts";
import { type Actor, actor } from "./actor.ts";
import type { AuditDeed, AuditSubject } from "./deeds.ts";

/** What a deed leaves in the audit. `before` and `after` hold names, states and dates: never a secret. */
export type AuditNote = {
  deed: AuditDeed;
  at: Date;
  subject: AuditSubject;
  subjectId: string;
  /** Whose affair it is; a registrar of it may read the entry. */
  institutionId?: string | null;
  /** In whose trail it stands. */
  memberId?: string | null;
  before?: Facts | null;
  after?: Facts | null;
  reason?: string | null;
  /** Who did it, where that is not who is acting. */
  by?: Actor;
};

type Fact = string | number | boolean | null | readonly string[] | readonly number[];
export type Facts = Readonly<Record<string, Fact | Readonly<Record<string, Fact>>>>;

export type AuditRow = Omit<Prisma.AuditEntryCreateManyInput, "at"> & { at: Date };

/** Writes entries, as done by whoever is acting (`actingAs`). */
export async function append(
  tx: Pick<Transaction, "auditEntry">,
  ...notes: readonly AuditNote[]
): Promise<void> {
  await tx.auditEntry.createMany({ data: notes.map(rowOf) });
}

/** The row of an entry, for whoever writes it along with other rows. */
export function rowOf(note: AuditNote): AuditRow {
  const { role, id: actorId = null, from = null, reference = null } = note.by ?? actor();
  const { deed, at, subject, subjectId, institutionId = null, memberId = null, reason = null } = note;
  const { before = null, after = null } = note;
  const id = randomUUID();
  const said = wellFormed({
    ...{ id, at, deed, role, actorId, institutionId, memberId, subject, subjectId },
    ...{ before, after, reason, from, reference },
  });
  return {
    ...said,
    // A column that holds no JSON, not the JSON `null`.
    before: (said.before ?? undefined) as Prisma.InputJsonValue,
    after: (said.after ?? undefined) as Prisma.InputJsonValue,
    canonical: canonicalize(said) as string,
  };
}

/** Canonical JSON (RFC 8785): times as ISO 8601 in UTC with milliseconds. */
export function canonicalOf(value: object): string {
  return canonicalize(wellFormed(value)) as string;
}

/** Half a surrogate pair, which neither UTF-8 nor the database knows, becomes U+FFFD: wherever it stands, names of members too. */
function wellFormed<Value>(value: Value): Value {
  if (typeof value === "string") return value.toWellFormed() as Value;
  if (Array.isArray(value)) return value.map(wellFormed) as Value;
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const entries = Object.entries(value).map(([name, one]) => [name.toWellFormed(), wellFormed(one)]);
  return Object.fromEntries(entries) as Value;
}
