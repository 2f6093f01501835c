/** Logins in force. Each is a row: it ends here, on the server, whatever copies of its cookie there are. */
import { decode } from "next-auth/jwt";
import type { Database } from "../db.ts";
import type { Institution, Member, Role, Session } from "../generated/prisma/client.ts";
import { type Jar, sessionCookieName } from "./cookies.ts";
import type { Statement } from "./validation/assertion.ts";
import { skew } from "./validation/times.ts";
import type { Federation } from "./world.ts";

/** The member as the database knows them now, with the login at hand and the roles that are in force. */
export type MemberOfSession = Member & { institution: Institution; session: Session; roles: Role[] };

export const sessionSeconds = 8 * 60 * 60;

type Login = Pick<Statement, "authnContext" | "authnInstant" | "sessionUntil"> & {
  memberId: string;
  /** eduPersonAssurance as it was stated. */
  assurance: readonly string[];
};

/**
 * Makes the row of a login that held in everything. Its id gives nobody anything by itself: only a cookie that this portal
 * encrypted is believed, and that is made when the code is redeemed in the browser that began.
 */
export async function openSession(
  { db, now }: Pick<Federation, "db" | "now">,
  login: Login,
): Promise<string> {
  const createdAt = now();
  const ours = createdAt.getTime() + sessionSeconds * 1000;
  // The institution may want it to be shorter (SessionNotOnOrAfter), with the patience of its other times.
  const theirs = login.sessionUntil ? login.sessionUntil.getTime() + skew : ours;
  const { id } = await db.session.create({
    data: {
      memberId: login.memberId,
      createdAt,
      expiresAt: new Date(Math.min(ours, theirs)),
      authnContext: login.authnContext,
      // A clock that runs ahead must not make a strong login count for longer.
      authnAt: login.authnInstant < createdAt ? login.authnInstant : createdAt,
      assurance: [...login.assurance],
    },
  });
  return id;
}

/** The session that a cookie names; null when the cookie is missing, forged or older than eight hours. Nothing is said yet of its row. */
export async function sessionIdIn(
  world: Pick<Federation, "baseUrl" | "secret" | "now">,
  jar: Jar,
): Promise<string | null> {
  const token = jar[sessionCookieName(world)];
  if (!token) return null;
  const content = await decode({ token, secret: world.secret }).catch(() => null);
  const { sessionId, at } = (content ?? {}) as Record<string, unknown>;
  if (typeof sessionId !== "string" || typeof at !== "number") return null;
  return world.now().getTime() < (at + sessionSeconds) * 1000 ? sessionId : null;
}

/** Who is logged in: the row has neither ended nor run out, and the federation still knows the institution. Asked at every read. */
export async function sessionMember(world: Federation, jar: Jar): Promise<MemberOfSession | null> {
  const id = await sessionIdIn(world, jar);
  if (!id) return null;
  const now = world.now();
  const inForce = { OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
  const found = await world.db.session.findUnique({
    where: { id, endedAt: null, expiresAt: { gt: now } },
    include: { member: { include: { institution: true, roles: { where: inForce } } } },
  });
  if (!found) return null;
  const { member, ...session } = found;
  const { entityId } = member.institution;
  const known = await world.db.identityProvider.findUnique({ where: { entityId }, select: { id: true } });
  return known && { ...member, session };
}

/** Ends one session; one that has ended stays as it was. */
export async function closeSession(db: Database, id: string, now: Date): Promise<void> {
  await db.session.updateMany({ where: { id, endedAt: null }, data: { endedAt: now } });
}

/** Ends every session of a member, in whatever browser. */
export async function closeAllSessions(db: Database, memberId: string, now: Date): Promise<void> {
  await db.session.updateMany({ where: { memberId, endedAt: null }, data: { endedAt: now } });
}
