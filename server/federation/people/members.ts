/** The people of the portal as their institutions last described them: found or made at each login. */
import { createHash } from "node:crypto";
import type { Database, Transaction } from "../../db.ts";
import type { Institution } from "../../generated/prisma/client.ts";
import { requireSamePerson } from "../login/step-up.ts";
import type { Provider } from "../metadata/read-providers.ts";
import { strongestFirst, whoIsMeant } from "./identity.ts";
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
  const { id: institutionId, affiliations } = await institutionOf(db, login);
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

/** Its names follow the metadata. Its distinguished names stay as they were: certificates and NII's records know it by them. */
async function institutionOf(db: Database, { provider, now }: Login): Promise<Institution> {
  const { entityId, nameJa, nameEn } = provider;
  const known = await db.institution.findUnique({ where: { entityId } });
  if (known?.nameJa === nameJa && known.nameEn === nameEn) return known;
  return db.institution.upsert({
    where: { entityId },
    update: { nameJa, nameEn },
    create: { entityId, nameJa, nameEn, dnBase: dnBaseOf(provider), createdAt: now },
  });
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

/**
 * The end of every distinguished name of the institution, until an operator sets another. What NII's service does not allow
 * in O, and what would have to be escaped in a DN, is left out.
 */
export function dnBaseOf({ nameEn, scopes }: Pick<Provider, "nameEn" | "scopes">): string {
  const scope = scopes.find(({ regexp }) => !regexp)?.value ?? "";
  const name = safe(nameEn) || safe(scope) || "Unnamed Institution";
  return `O=${name},L=Academe,C=JP`;
}

function safe(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9 '().:/-]/g, " ")
    .replace(/ +/g, " ")
    .trim()
    .slice(0, 64)
    .trim();
}
