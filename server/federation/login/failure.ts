/** What the reader of an error page may know of a login that failed, by its reference number: nothing that is theirs alone. */

import { type Findings, type LoginCode, loginCodes } from "../refusal.ts";
import { entityIdOf, type Federation } from "../world.ts";
import { type Help, helpOf } from "./help.ts";

export type LoginFailure = {
  code: LoginCode;
  reference: string;
  at: Date;
  /** The institution's own words, where it said no (SAML 2.0 Core §3.2.2.2). */
  status: string | null;
  subStatus: string | null;
  /** Somebody logged in was to prove who they are: their session goes on. */
  isStepUp: boolean;
  institution: Help | null;
};

export async function failureOf(
  world: Pick<Federation, "db" | "baseUrl" | "entityId">,
  reference: string,
): Promise<LoginFailure | null> {
  const row = await world.db.loginRecord.findUnique({
    where: { reference },
    select: { at: true, code: true, entityId: true, memberId: true, findings: true },
  });
  const code = loginCodes.find((known) => known === row?.code);
  if (!row || !code) return null;
  const { at, entityId, memberId } = row;
  const { status, subStatus } = row.findings as Findings;
  return {
    code,
    reference,
    at,
    status: statusIn(status),
    subStatus: statusIn(subStatus),
    isStepUp: memberId !== null,
    institution: entityId
      ? await helpOf(world.db, entityId, { code, at, reference }, entityIdOf(world))
      : null,
  };
}

/** A status is a URN; whatever else was sent in its place is not repeated on a page of ours. */
function statusIn(value: string | undefined): string | null {
  return value && /^urn:[\w:.-]{1,110}$/.test(value) ? value : null;
}
