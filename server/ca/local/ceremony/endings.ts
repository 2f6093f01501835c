/** What ends soon, or is not there, said in the log while there is time for a ceremony. */
import { kindNames } from "../../../enrollment/kind.ts";
import { log } from "../../../log.ts";
import { addCalendarMonths } from "../../../pki/validity.ts";
import type { World } from "../world.ts";
import { type IssuerView, listIssuers } from "./list.ts";
import type { CeremonyOffice } from "./office.ts";
import { longestTerm } from "./use.ts";

export type Ending = {
  id: string;
  /**
   * `issuing`: the last day for its longest certificates. `certificate`: its own end. `list`: the end of the revocation list of a root whose key is
   * elsewhere, or where there is none its beginning.
   */
  what: "issuing" | "certificate" | "list";
  at: Date;
};

const day = 24 * 60 * 60 * 1000;
/** Milliseconds: a new generation may need a meeting of people who keep a root; a list, one of them. */
const warnedBefore = { issuing: 365 * day, certificate: 365 * day, list: 42 * day };

const sentences = {
  issuing:
    "An issuing CA soon ends too early for the longest certificates: npm run ca -- renew, or -- request (server/ca/README.md)",
  certificate: "A root's certificate ends soon: a new root is needed (server/ca/README.md)",
  list: "The revocation list of an offline root ends soon, has ended, or was never brought: npm run ca-root -- crl, then npm run ca -- crl (server/ca/README.md)",
};

/** Says in the log, of issuers at work, what ends soon, and returns it. */
export async function warnOfEndingIssuers(
  office: Pick<CeremonyOffice, "db" | "now" | "authority">,
): Promise<readonly Ending[]> {
  const endings = endingSoon(await listIssuers(office), office.now());
  for (const { id, what, at } of endings)
    log.warn({ event: "issuer_ends", issuer: id, what, at }, sentences[what]);
  return endings;
}

/** What has to be looked after by now. */
export function endingSoon(issuers: readonly IssuerView[], now: Date): Ending[] {
  return issuers
    .flatMap(endingsOf)
    .filter(({ what, at }) => at.getTime() < now.getTime() + warnedBefore[what]);
}

function endingsOf({ id, kind, state, key, notBefore, notAfter, list }: IssuerView): Ending[] {
  if (!notBefore || !notAfter) return [];
  if (kind !== "root")
    return state === "issues"
      ? [{ id, what: "issuing", at: addCalendarMonths(notAfter, -longestTerm(kind)) }]
      : [];
  if (state !== "signs") return [];
  const own: Ending = { id, what: "certificate", at: notAfter };
  return key === "offline" ? [own, { id, what: "list", at: list?.nextUpdate ?? notBefore }] : [own];
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
