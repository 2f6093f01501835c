/** What a procedure knows of its caller and of the world. */
import { headers } from "next/headers";
import { addressIn } from "../address.ts";
import { strongContexts } from "../assurance.ts";
import { env } from "../env.ts";
import { currentMember } from "../federation/session/current.ts";
import type { MemberOfSession } from "../federation/session/sessions.ts";
import { newReference } from "../log.ts";
import type { Ports } from "../ports.ts";
import { ports } from "../wiring.ts";

export type Context = {
  ports: Ports;
  /** The network address that asks, as far as it is known. */
  from: string | null;
  /** What a page can quote of this request, and the log and the audit hold too. */
  reference: string;
  /** Null when nobody is logged in. */
  member: MemberOfSession | null;
  /** AuthnContextClassRefs that count as AAL2 here. */
  strongContexts: readonly string[];
};

/** The context of the request at hand. */
export async function requestContext(): Promise<Context> {
  return {
    ports: ports(),
    from: addressIn(await headers()),
    reference: newReference(),
    member: await currentMember(),
    strongContexts: strongContexts({ acceptRefedsMfa: env().ACCEPT_REFEDS_MFA }),
  };
}
