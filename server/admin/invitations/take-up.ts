/** Whoever comes finds the applications that their institution has asked for in their name. Nothing is made for anybody who has not come. */
import { invitationKeyOf, request, untilFree } from "../../enrollment/request.ts";
import { PortalError } from "../../errors.ts";
import type { Invitation, Member } from "../../generated/prisma/client.ts";
import { log } from "../../log.ts";
import type { Ports } from "../../ports.ts";

type Comer = Pick<Member, "id" | "institutionId" | "eppn" | "locale">;

/** Each once, whatever comes of it; how many there were. What fails unforeseen waits for the next time, and holds nobody up. */
export async function takeUpInvitations(ports: Ports, member: Comer): Promise<number> {
  const { institutionId, eppn } = member;
  if (eppn === null) return 0;
  const waiting = await ports.db.invitation.findMany({
    where: { institutionId, eppn: eppn.toLowerCase(), status: "waiting" },
    orderBy: [{ createdAt: "asc" }, { line: "asc" }],
  });
  for (const invitation of waiting) {
    try {
      await takeUp(ports, member, invitation);
    } catch (err) {
      log.error({ err, invitation: invitation.id }, "an invitation could not be taken up");
    }
  }
  if (waiting.length > 0) await ports.wakeOutbox();
  return waiting.length;
}

async function takeUp(ports: Ports, member: Comer, { id }: Invitation): Promise<void> {
  try {
    await untilFree(() => ports.db.$transaction((tx) => becomeApplication(ports, tx, member, id)));
  } catch (error) {
    if (!(error instanceof PortalError)) throw error;
    await ports.db.invitation.updateMany({
      where: { id, status: "waiting" },
      data: { status: "refused", problem: error.code, settledAt: ports.now() },
    });
  }
}

type Transaction = Parameters<typeof request>[1];

/** Under the lock of its row: cancelled at this very moment, it either was before or is too late. */
async function becomeApplication(ports: Ports, tx: Transaction, member: Comer, id: string): Promise<void> {
  await tx.$queryRaw`SELECT id FROM "Invitation" WHERE id = ${id} FOR UPDATE`;
  const { status, kind, months, mail } = await tx.invitation.findUniqueOrThrow({ where: { id } });
  if (status !== "waiting") return;
  if (!ports.rules.terms[kind].includes(months)) throw new PortalError("term_not_offered", { months });
  const made = await request(ports, tx, {
    memberId: member.id,
    kind,
    months,
    ...(mail !== null && { mail }),
    key: invitationKeyOf(id),
    locale: member.locale,
    isInvited: true,
  });
  await tx.invitation.update({
    where: { id },
    data: { status: "made", enrollmentId: made.id, settledAt: ports.now() },
  });
}

export type InvitedFor = { kind: Invitation["kind"]; number: number };

/** What was asked for in a member's name and has still to be fetched by them. */
export async function invitedFor(ports: Ports, memberId: string): Promise<InvitedFor[]> {
  const rows = await ports.db.enrollment.findMany({
    where: {
      memberId,
      requestKey: { startsWith: invitationKeyOf("") },
      status: { in: ["requested", "pin_ready"] },
    },
    select: { kind: true, number: true },
    orderBy: { number: "asc" },
  });
  return rows;
}
