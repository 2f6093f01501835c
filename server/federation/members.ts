/** The people of the portal as their institutions last described them: found or made at each login. */
import type { Database } from "../db.ts";
import type { Person } from "./attributes.ts";
import type { Provider } from "./read-providers.ts";

export type SignedIn = { memberId: string; institutionId: string };

/** Two logins at once find the same member: the keys are unique, and the one that comes second updates. */
export async function findOrMakeMember(
  db: Database,
  { provider, person, locale, now }: { provider: Provider; person: Person; locale: string; now: Date },
): Promise<SignedIn> {
  const { entityId, nameJa, nameEn } = provider;
  const institution = await db.institution.upsert({
    where: { entityId },
    // Its distinguished names stay as they were: certificates and NII's records know it by them.
    update: { nameJa, nameEn },
    create: { entityId, nameJa, nameEn, dnBase: dnBaseOf(provider), createdAt: now },
  });
  const described = {
    displayName: person.displayName,
    displayNameJa: person.displayNameJa,
    mails: person.mails,
    eppn: person.eppn,
    locale,
    lastLoginAt: now,
  };
  const institutionId = institution.id;
  const { subject } = person;
  const identifier = { institutionId_subject: { institutionId, subject } };
  const { member } = await db.memberIdentifier.upsert({
    where: identifier,
    update: { seenAt: now, member: { update: described } },
    create: {
      institutionId,
      subject,
      seenAt: now,
      member: { create: { institutionId, subject, createdAt: now, ...described } },
    },
    include: { member: true },
  });
  return { memberId: member.id, institutionId: institution.id };
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
