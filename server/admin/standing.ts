/** What a member finds of their institution's deeds when they come: applications in their name, and that they are to leave. */
import type { Member } from "../generated/prisma/client.ts";
import type { Ports } from "../ports.ts";
import { type InvitedFor, invitedFor, takeUpInvitations } from "./invitations/take-up.ts";

export type Standing = {
  /** Asked for by their institution, and still to be fetched. */
  invited: readonly InvitedFor[];
  /** When what they hold is ended, because their institution no longer states an affiliation that it asks for. */
  leavesAt: Date | null;
};

/** Takes up what waits for them first. */
export async function standingOf(
  ports: Ports,
  member: Pick<Member, "id" | "institutionId" | "eppn" | "locale">,
): Promise<Standing> {
  await takeUpInvitations(ports, member);
  const [invited, leaving] = await Promise.all([
    invitedFor(ports, member.id),
    ports.db.offboarding.findFirst({
      where: { source: "affiliation", status: "waiting", people: { some: { memberId: member.id } } },
      select: { dueAt: true },
    }),
  ]);
  return { invited, leavesAt: leaving?.dueAt ?? null };
}
