/** The people of the portal as their institutions last described them: found or made at each login. */
import { createHash } from "node:crypto";
import type { Database, Transaction } from "../../db.ts";
import { requireSamePerson } from "../login/step-up.ts";
import type { Provider } from "../metadata/read-providers.ts";
import { strongestFirst, whoIsMeant } from "./identity.ts";
import { institutionOf } from "./institutions.ts";
import { findKnownMember } from "./known-member.ts";
import { kindOf, type Person } from "./person.ts";

export type SignedIn = {
  memberId: string;
  institutionId: string;
  /** Whether what they state can say anything of their roles (stated-roles.ts). */
  mayStateRole: boolean;
  /** Whether their institution looks at affiliations (lost-affiliation.ts). */
  needsAffiliation: boolean;
};

export type Login = {
  provider: Provider;
  person: Person;
  locale: string;
  now: Date;
  /** Of a step-up: the member it has to be. Anybody else is refused, and nothing about them is noted. */
  memberId?: string | null;
};

/**
 * One at a time for each identifier stated, so that two first logins at once make one member. Names and addresses become
 * those of today; what is newly stated is added to what the person is known by, and ePPN goes with its present holder.
 */
export async function findOrMakeMember(db: Database, login: Login): Promise<SignedIn> {
  const known = await findKnownMember(db, login);
  if (known) return known;
  const { id: institutionId, affiliations } = await institutionOf(db, login.provider, login.now);
  const memberId = await db.$transaction(
    async (tx) => {
      await lock(tx, institutionId, login.person.identifiers);
      const candidates = await tx.member.findMany({
        where: { identifiers: { some: { institutionId, subject: { in: login.person.identifiers } } } },
        select: { id: true, identifiers: { select: { subject: true, seenAt: true } } },
      });
      const meant = whoIsMeant(
        login.person.identifiers,
        candidates.map(({ id, identifiers }) => ({ memberId: id, identifiers })),
        login.now,
      );
      requireSamePerson(login.memberId ?? null, meant);
      const before = candidates.find(({ id }) => id === meant)?.identifiers ?? [];
      const [subject = ""] = strongestFirst([
        ...login.person.identifiers,
        ...before.map((own) => own.subject),
      ]);
      const described = { subject, ...describedBy(login) };
      const { id } = meant
        ? await tx.member.update({ where: { id: meant }, data: described, select: { id: true } })
        : await tx.member.create({
            data: { institutionId, createdAt: login.now, ...described },
            select: { id: true },
          });
      await note(tx, institutionId, id, login);
      return id;
    },
    { maxWait: 10_000, timeout: 20_000 },
  );
  return { memberId, institutionId, mayStateRole: true, needsAffiliation: affiliations.length > 0 };
}

function describedBy({ person, locale, now }: Login) {
  const { displayName, displayNameJa, mails, eppn } = person;
  return { displayName, displayNameJa, mails, eppn, locale, lastLoginAt: now };
}

/** Until the transaction ends. Always in the same order, so that two never wait for each other. */
async function lock(tx: Transaction, institutionId: string, identifiers: readonly string[]) {
  const keys = identifiers
    .map((subject) => createHash("sha256").update(`${institutionId}\n${subject}`, "utf8").digest())
    .map((digest) => digest.readBigInt64BE())
    .sort((one, other) => (one < other ? -1 : 1));
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(key) FROM unnest(${keys}::bigint[]) AS key`;
}

/** What names them from now on. A strong identifier of somebody else stays theirs; ePPN is taken over, and a person has one. */
async function note(tx: Transaction, institutionId: string, memberId: string, { person, now }: Login) {
  const { identifiers } = person;
  const eppn = identifiers.find((subject) => kindOf(subject) === "eppn");
  if (eppn)
    await tx.memberIdentifier.deleteMany({
      where: {
        institutionId,
        OR: [
          { memberId, subject: { startsWith: "eppn:", not: eppn } },
          { subject: eppn, memberId: { not: memberId } },
        ],
      },
    });
  await tx.memberIdentifier.createMany({
    data: identifiers.map((subject) => ({ institutionId, subject, memberId, seenAt: now })),
    skipDuplicates: true,
  });
  await tx.memberIdentifier.updateMany({
    where: { institutionId, memberId, subject: { in: identifiers } },
    data: { seenAt: now },
  });
}
