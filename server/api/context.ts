/** What a procedure knows of its caller and of the world. */

import { strongContexts } from "../assurance.ts";
import { env } from "../env.ts";
import { currentMember } from "../federation/session/current.ts";
import type { MemberOfSession } from "../federation/session/sessions.ts";
import type { Ports } from "../ports.ts";
import { ports } from "../wiring.ts";

export type Context = {
  ports: Ports;
  /** Null when nobody is logged in. */
  member: MemberOfSession | null;
  /** AuthnContextClassRefs that count as AAL2 here. */
  strongContexts: readonly string[];
};

/** The context of the request at hand. */
export async function requestContext(): Promise<Context> {
  return {
    ports: ports(),
    member: await currentMember(),
    strongContexts: strongContexts({ acceptRefedsMfa: env().ACCEPT_REFEDS_MFA }),
  };
}
