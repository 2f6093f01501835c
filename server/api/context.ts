/** What a procedure knows of its caller and of the world. */

import { currentMember } from "../federation/session.ts";
import type { Member } from "../generated/prisma/client.ts";
import type { Ports } from "../ports.ts";
import { ports } from "../wiring.ts";

export type Context = {
  ports: Ports;
  /** The member of the session, as the database knows them now; null when nobody is logged in. */
  member: (Member & { institution: { nameJa: string; nameEn: string } }) | null;
};

/** The context of the request at hand. */
export async function requestContext(): Promise<Context> {
  const real = ports();
  const session = await currentMember();
  const member =
    session &&
    (await real.db.member.findUnique({
      where: { id: session.memberId },
      include: { institution: { select: { nameJa: true, nameEn: true } } },
    }));
  return { ports: real, member };
}
