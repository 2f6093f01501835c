/**
 * Step-up: somebody who is logged in proves anew, and strongly, who they are, for a deed that their institution guards.
 * What is asked is remembered with the request; what comes back is held against it.
 */
import { type GuardedDeed, guardedDeeds, strongContexts } from "../../assurance.ts";
import { providerIdOf } from "../metadata/read-providers.ts";
import { LoginRefusal } from "../refusal.ts";
import type { Jar } from "../session/cookies.ts";
import { sessionMember } from "../session/sessions.ts";
import type { Statement } from "../validation/assertion.ts";
import { skew } from "../validation/times.ts";
import type { Federation } from "../world.ts";
import { safePath } from "./safe-path.ts";

/** Who has to come back, stating one of which contexts, and to which page of the portal. */
export type StepUp = { memberId: string; authnContexts: string[]; returnTo: string };

export function isGuardedDeed(value: string): value is GuardedDeed {
  return (guardedDeeds as readonly string[]).includes(value);
}

/** For the member of the session at hand, at their own institution; null when nobody is logged in any more. */
export async function stepUpOf(
  world: Federation,
  { to, locale, jar }: { to: string | null; locale: string; jar: Jar },
): Promise<{ idp: string; stepUp: StepUp } | null> {
  const member = await sessionMember(world, jar);
  if (!member) return null;
  const authnContexts = strongContexts({ acceptRefedsMfa: world.acceptRefedsMfa ?? false });
  return {
    idp: providerIdOf(member.institution.entityId),
    stepUp: { memberId: member.id, authnContexts, returnTo: safePath(to, locale) },
  };
}

/** What a request in the database says of it. */
type Asked = { authnContexts: readonly string[]; createdAt: Date };

/** The login is of one of the strengths that were asked for, and was done because it was asked for. */
export function requireStrong(
  { authnContexts, createdAt }: Asked,
  { authnContext, authnInstant }: Pick<Statement, "authnContext" | "authnInstant">,
) {
  if (authnContexts.length === 0) return;
  if (authnContext === null || !authnContexts.includes(authnContext))
    throw new LoginRefusal("step_up_not_strong", {
      expected: authnContexts.join(" "),
      actual: authnContext?.slice(0, 200) ?? "missing",
    });
  if (authnInstant.getTime() < createdAt.getTime() - skew)
    throw new LoginRefusal("step_up_not_fresh", {
      expected: `AuthnInstant from ${createdAt.toISOString()}`,
      actual: authnInstant.toISOString(),
    });
}

/** It is the very person who was asked; `found` is null for somebody new. */
export function requireSamePerson(asked: string | null, found: string | null) {
  if (asked !== null && asked !== found)
    throw new LoginRefusal("step_up_other_person", { expected: asked, actual: found ?? "somebody new" });
}
