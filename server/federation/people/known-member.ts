/** The usual login: somebody who was here before, whose institution states what it stated then. It takes two statements and waits for nobody. */
import type { Database } from "../../db.ts";
import { requireSamePerson } from "../login/step-up.ts";
import { strongestFirst, whoIsMeant } from "./identity.ts";
import type { Login, SignedIn } from "./members.ts";
import { kindOf } from "./person.ts";

type Row = {
  institutionId: string;
  nameJa: string;
  nameEn: string;
  memberId: string;
  subject: string;
  seenAt: Date;
  mayStateRole: boolean;
  needsAffiliation: boolean;
};

/**
 * The member, with their names and addresses of today; null when anything about who is who would have to be written: an
 * identifier that is new, or that another person holds, an ePPN that changed, an institution with another name.
 */
export async function findKnownMember(db: Database, login: Login): Promise<SignedIn | null> {
  const { person, provider, now } = login;
  const { identifiers } = person;
  const rows = await db.$queryRaw<Row[]>`
    SELECT n."id" AS "institutionId", n."nameJa", n."nameEn", i."memberId", i."subject", i."seenAt",
      n."roleGrants" <> '[]' OR EXISTS (
        SELECT 1 FROM "Role" r WHERE r."memberId" = i."memberId" AND r."source" = 'stated' AND r."expiresAt" IS NULL) AS "mayStateRole",
      cardinality(n."affiliations") > 0 AS "needsAffiliation"
    FROM "Institution" n JOIN "MemberIdentifier" i ON i."institutionId" = n."id"
    WHERE n."entityId" = ${provider.entityId} AND i."memberId" IN (
      SELECT "memberId" FROM "MemberIdentifier" WHERE "institutionId" = n."id" AND "subject" = ANY(${identifiers}::text[]))`;
  const [first] = rows;
  if (!first || !saysNothingNew(rows, first, login)) return null;

  const { memberId, institutionId, mayStateRole, needsAffiliation } = first;
  if (whoIsMeant(identifiers, [{ memberId, identifiers: rows }], now) !== memberId) return null;
  requireSamePerson(login.memberId ?? null, memberId);
  const [subject = ""] = strongestFirst([...identifiers, ...rows.map((own) => own.subject)]);
  const { displayName, displayNameJa, mails, eppn } = person;
  const found = await db.$executeRaw`
    WITH "seen" AS (
      UPDATE "MemberIdentifier" SET "seenAt" = ${now}::timestamptz
      WHERE "institutionId" = ${institutionId} AND "memberId" = ${memberId} AND "subject" = ANY(${identifiers}::text[]))
    UPDATE "Member" SET "subject" = ${subject}, "displayName" = ${displayName}, "displayNameJa" = ${displayNameJa},
      "mails" = ${mails}::text[], "eppn" = ${eppn}, "locale" = ${login.locale}, "lastLoginAt" = ${now}::timestamptz
    WHERE "id" = ${memberId}`;
  return found === 1 ? { memberId, institutionId, mayStateRole, needsAffiliation } : null;
}

function saysNothingNew(rows: readonly Row[], first: Row, { person, provider }: Login): boolean {
  const { identifiers } = person;
  const eppn = identifiers.find((subject) => kindOf(subject) === "eppn");
  return (
    first.nameJa === provider.nameJa &&
    first.nameEn === provider.nameEn &&
    rows.every(({ memberId }) => memberId === first.memberId) &&
    identifiers.every((stated) => rows.some(({ subject }) => subject === stated)) &&
    (!eppn || rows.every(({ subject }) => kindOf(subject) !== "eppn" || subject === eppn))
  );
}
