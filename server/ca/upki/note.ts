/** What registrars did with the traffic, for the audit: in the deed's own transaction. */
import { append, type Facts } from "../../audit/append.ts";
import type { Transaction } from "../../db.ts";
import type { World } from "./world.ts";

export type Did =
  | "file_made"
  | "file_taken"
  | "file_waiting"
  | "reply_refused"
  | "mail_brought"
  | "list_brought"
  | "list_wanted"
  | "read_again"
  | "assigned"
  | "discarded"
  | "dismissed"
  | "ended_without_pin"
  | "adopted";

/** `subjectId`: the file, mail, page, list or difference that it was done with. */
export function noteDone(
  tx: Transaction,
  { now }: Pick<World, "now">,
  did: Did,
  subjectId: string,
  { institutionId = null, memberId = null, ...facts }: Facts & Whose = {},
): Promise<void> {
  const whose = { institutionId, memberId };
  return append(tx, {
    ...{ deed: "upki.done", at: now(), subject: "upki", subjectId, ...whose },
    after: { did, ...facts },
  });
}

type Whose = { institutionId?: string | null; memberId?: string | null };

/** Where all are of one institution it is theirs; of several it is nobody's. */
export function theirs(rows: readonly { institutionId: string | null }[]): string | null {
  const [one = null, ...others] = new Set(rows.map(({ institutionId }) => institutionId));
  return others.length === 0 ? one : null;
}
