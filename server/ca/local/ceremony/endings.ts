/** What ends soon, or is not there, said in the log while there is time for a ceremony. Lists that have to be brought: server/ca/local/publish.ts. */
import { kindNames } from "../../../enrollment/kind.ts";
import { log } from "../../../log.ts";
import { addCalendarMonths } from "../../../pki/validity.ts";
import type { World } from "../world.ts";
import { type IssuerView, listIssuers } from "./list.ts";
import type { CeremonyOffice } from "./office.ts";
import { longestTerm } from "./use.ts";

export type Ending = {
  id: string;
  /** `issuing`: the last day for its longest certificates. `certificate`: its own end. */
  what: "issuing" | "certificate";
  at: Date;
};

/** Milliseconds: a new generation may need a meeting of people who keep a root. */
const warnedBefore = 365 * 24 * 60 * 60 * 1000;

const sentences = {
  issuing:
    "An issuing CA soon ends too early for the longest certificates: npm run ca -- renew, or -- request (server/ca/README.md)",
  certificate: "A root's certificate ends soon: a new root is needed (server/ca/README.md)",
};

/** Says in the log, of issuers at work, what ends within a year, and returns it. */
export async function warnOfEndingIssuers(
  office: Pick<CeremonyOffice, "db" | "now" | "authority">,
): Promise<readonly Ending[]> {
  const soon = office.now().getTime() + warnedBefore;
  const endings = (await listIssuers(office)).flatMap(endingsOf).filter(({ at }) => at.getTime() < soon);
  for (const { id, what, at } of endings)
    log.warn({ event: "issuer_ends", issuer: id, what, at }, sentences[what]);
  return endings;
}

function endingsOf({ id, kind, state, notAfter }: IssuerView): Ending[] {
  if (kind === "root")
    return state === "signs" && notAfter ? [{ id, what: "certificate", at: notAfter }] : [];
  return state === "issues" && notAfter
    ? [{ id, what: "issuing", at: addCalendarMonths(notAfter, -longestTerm(kind)) }]
    : [];
}

/** Says in the log of which kinds nothing can be issued. */
export async function warnOfMissingIssuers({ issuers }: Pick<World, "issuers">): Promise<void> {
  const { issues } = await issuers();
  const missing = kindNames.filter((kind) => !issues(kind));
  if (missing.length > 0)
    log.warn(
      { event: "issuer_missing", kinds: missing },
      "There is no CA yet that issues these certificates, and orders for them wait: `npm run ca` tells what is missing (server/ca/README.md)",
    );
}
