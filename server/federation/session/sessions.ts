/** Logins in force. Each is a row: it ends here, on the server, whatever copies of its cookie there are. */
import { decode } from "next-auth/jwt";
import { actor } from "../../audit/actor.ts";
import { append } from "../../audit/append.ts";
import type { Database } from "../../db.ts";
import type { Institution, Member, Role, Session } from "../../generated/prisma/client.ts";
import type { Statement } from "../validation/assertion.ts";
import { skew } from "../validation/times.ts";
import type { Federation } from "../world.ts";
import { type Jar, sessionCookieName } from "./cookies.ts";

/** The member as the database knows them now, with the login at hand and the roles that are in force. */
export type MemberOfSession = Member & { institution: Institution; session: Session; roles: Role[] };

export const sessionSeconds = 8 * 60 * 60;

type Login = Pick<Statement, "authnContext" | "authnInstant" | "sessionUntil"> & {
  memberId: string;
  institutionId: string;
  /** eduPersonAssurance as it was stated. */
  assurance: readonly string[];
  /** Whoever is logged in already proved once more, and more strongly, who they are. */
  stepUp?: boolean;
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
  const { memberId, institutionId, authnContext, stepUp = false } = login;
  return db.$transaction(async (tx) => {
    const { id } = await tx.session.create({
      data: {
        memberId,
        createdAt,
        expiresAt: new Date(Math.min(ours, theirs)),
        authnContext,
        // A clock that runs ahead must not make a strong login count for longer.
        authnAt: login.authnInstant < createdAt ? login.authnInstant : createdAt,
        assurance: [...login.assurance],
      },
    });
    await append(tx, {
      ...{ deed: "login", at: createdAt, subject: "session", subjectId: id, memberId, institutionId },
      after: { authnContext, ...(stepUp && { stepUp }) },
      by: { ...actor(), role: "member", id: memberId },
    });
    return id;
  });
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

/**
 * Who is logged in: the row has neither ended nor run out, and the federation still knows the institution. Asked at every read, so
 * in one statement: by the client's own means it takes five.
 */
export async function sessionMember(world: Federation, jar: Jar): Promise<MemberOfSession | null> {
  const id = await sessionIdIn(world, jar);
  if (!id) return null;
  const now = world.now();
  const [found] = await world.db.$queryRaw<Record<"session" | "member" | "institution" | "roles", string>[]>`
    SELECT row_to_json(s)::text AS "session", row_to_json(m)::text AS "member", row_to_json(i)::text AS "institution",
      (SELECT coalesce(json_agg(r), '[]')::text FROM "Role" r
        WHERE r."memberId" = m."id" AND (r."expiresAt" IS NULL OR r."expiresAt" > ${now}::timestamptz)) AS "roles"
    FROM "Session" s
      JOIN "Member" m ON m."id" = s."memberId"
      JOIN "Institution" i ON i."id" = m."institutionId"
      JOIN "IdentityProvider" p ON p."entityId" = i."entityId"
    WHERE s."id" = ${id} AND s."endedAt" IS NULL AND s."expiresAt" > ${now}::timestamptz`;
  if (!found) return null;
  return {
    ...read<Member>(found.member),
    institution: read<Institution>(found.institution),
    session: read<Session>(found.session),
    roles: read<Role[]>(found.roles),
  };
}

/** A row that comes as JSON. Columns of times are named so: `createdAt`, `expiresAt`. */
function read<Row>(json: string): Row {
  return JSON.parse(json, (name, value) =>
    name.endsWith("At") && value !== null ? new Date(value) : value,
  ) as Row;
}

/** Ends one session; one that has ended stays as it was. `replaced`: another login took its place in the browser. */
export function closeSession(
  db: Database,
  id: string,
  now: Date,
  how: "here" | "replaced" = "here",
): Promise<void> {
  return close(db, { id }, now, how);
}

/** Ends every session of a member, in whatever browser. */
export function closeAllSessions(db: Database, memberId: string, now: Date): Promise<void> {
  return close(db, { memberId }, now, "everywhere");
}

function close(
  db: Database,
  which: { id: string } | { memberId: string },
  at: Date,
  how: string,
): Promise<void> {
  return db.$transaction(async (tx) => {
    const ended = await tx.session.updateManyAndReturn({
      where: { ...which, endedAt: null },
      data: { endedAt: at },
      include: { member: { select: { institutionId: true } } },
    });
    if (ended.length === 0) return;
    await append(
      tx,
      ...ended.map(({ id, memberId, member: { institutionId } }) => ({
        ...({ deed: "logout", at, subject: "session", subjectId: id, memberId, institutionId } as const),
        after: { how },
        by: { ...actor(), role: "member", id: memberId } as const,
      })),
    );
  });
}
