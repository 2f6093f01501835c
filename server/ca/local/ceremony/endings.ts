/** What ends soon, said in the log while there is time for a ceremony. */
import { log } from "../../../log.ts";
import { addCalendarMonths } from "../../../pki/validity.ts";
import { type IssuerView, listIssuers } from "./list.ts";
import type { CeremonyOffice } from "./office.ts";
import { longestTerm } from "./use.ts";

export type Ending = {
  id: string;
  /** `issuing`: the last day for its longest certificates. `certificate`: its own end. `list`: the nextUpdate of a list that has to be brought. */
  what: "issuing" | "certificate" | "list";
  at: Date;
};

const day = 24 * 60 * 60 * 1000;
/** Milliseconds: a new generation may need a meeting of people who keep a root; a list only one of them. */
const warnedBefore = { issuing: 365 * day, certificate: 365 * day, list: 45 * day };

const sentences = {
  issuing:
    "An issuing CA soon ends too early for the longest certificates: npm run ca -- renew, or -- request (server/ca/README.md)",
  certificate: "A root's certificate ends soon: a new root is needed (server/ca/README.md)",
  list: "The revocation list of the offline root ends soon: make a new one there, and bring it with npm run ca -- crl",
};

/** Says in the log, of issuers at work, what ends soon, and returns it. */
export async function warnOfEndingIssuers(
  office: Pick<CeremonyOffice, "db" | "now" | "authority">,
): Promise<readonly Ending[]> {
  const endings = (await listIssuers(office)).flatMap((view) =>
    endingsOf(view).filter(({ what, at }) => at.getTime() - office.now().getTime() < warnedBefore[what]),
  );
  for (const { id, what, at } of endings)
    log.warn({ event: "issuer_ends", issuer: id, what, at }, sentences[what]);
  return endings;
}

function endingsOf({ id, kind, state, key, notAfter, list }: IssuerView): Ending[] {
  if (kind !== "root")
    return state === "issues" && notAfter
      ? [{ id, what: "issuing", at: addCalendarMonths(notAfter, -longestTerm(kind)) }]
      : [];
  if (state !== "signs" || !notAfter) return [];
  const own: Ending = { id, what: "certificate", at: notAfter };
  return key === "offline" && list ? [own, { id, what: "list", at: list.nextUpdate }] : [own];
}
