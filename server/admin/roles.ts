/** Roles are given and taken, with an entry in the audit. Who may what is server/roles.ts; who holds what is read in people.ts. */
import { append, type Facts } from "../audit/append.ts";
import type { Database, Transaction } from "../db.ts";
import { PortalError } from "../errors.ts";
import type { Role, RoleName } from "../generated/prisma/client.ts";
import type { Scope } from "../roles.ts";
import { inForce } from "./people.ts";

type By = {
  /** Whose members; a registrar's scope lets them give and take `registrar` of these institutions only. */
  scope: Scope;
  /** Member who does it; null: the command. */
  by: string | null;
  reason: string | null;
  now: Date;
};

export type Giving = By & { memberId: string; role: RoleName; expiresAt: Date | null };
/** `already`: it is in force, until that day. `changed`: it was in force until another one. */
export type Given = "given" | "changed" | "already" | "in_the_past" | "last_operator";

/**
 * A registrar is one of their own institution. Given once more to whoever holds it, it holds until the day that is said now; asked for
 * twice it is given once. @throws `not_found` where there is nobody of that id in the scope, or the role is not theirs to give
 */
export async function giveRole(db: Database, giving: Giving): Promise<Given> {
  const { memberId, role, expiresAt, scope, by, now } = giving;
  if (expiresAt && expiresAt <= now) return "in_the_past";
  return db.$transaction(async (tx) => {
    await lockOperators(tx, role);
    const member = await lockMember(tx, memberId);
    if (!member || !isTheirs(scope, { role, institutionId: member.institutionId })) {
      throw new PortalError("not_found");
    }
    const held = await tx.role.findFirst({ where: { memberId, role, source: "given", ...inForce(now) } });
    if (held?.expiresAt?.getTime() === expiresAt?.getTime() && held) return "already";
    if (held && expiresAt && (await isLastOperator(tx, held, now))) return "last_operator";
    const institutionId = role === "registrar" ? member.institutionId : null;
    if (held) await tx.role.update({ where: { id: held.id }, data: { expiresAt } });
    else {
      const terms = { grantedBy: by, grantedAt: now, expiresAt };
      await tx.role.create({ data: { memberId, role, institutionId, ...terms } });
    }
    const after = { role, until: expiresAt?.toISOString() ?? null };
    await note(tx, "role.given", member, giving, { before: held && factsOf(held), after });
    return held ? "changed" : "given";
  });
}

export type Taking = By & {
  roleId: string;
  /** Whoever takes a role of their own has said that they mean it. */
  confirmed: boolean;
};
export type Taken = "taken" | "gone" | "stated" | "unconfirmed" | "last_operator";

/**
 * Its holder has it no more from their next request on. What an institution states is its own to take; the last operator stays one.
 * @throws `not_found` where the role is not theirs to take
 */
export async function takeRole(db: Database, taking: Taking): Promise<Taken> {
  const { roleId, scope, by, confirmed, now } = taking;
  return db.$transaction(async (tx) => {
    const { role, memberId } = await theirs(tx, roleId, scope);
    await lockOperators(tx, role);
    const member = await lockMember(tx, memberId);
    const held = await tx.role.findFirst({ where: { id: roleId, ...inForce(now) } });
    if (!held || !member) return "gone";
    if (held.source === "stated") return "stated";
    if (memberId === by && !confirmed) return "unconfirmed";
    if (await isLastOperator(tx, held, now)) return "last_operator";
    await end(tx, held, member, taking);
    return "taken";
  });
}

/** All that somebody was given of a role, by the command: it alone takes the last operator's too. How many there were. */
export async function takeEvery(
  db: Database,
  { memberId, role, now }: { memberId: string; role: RoleName; now: Date },
): Promise<number> {
  return db.$transaction(async (tx) => {
    await lockOperators(tx, role);
    const member = await lockMember(tx, memberId);
    const held = await tx.role.findMany({ where: { memberId, role, source: "given", ...inForce(now) } });
    if (!member) return 0;
    for (const one of held) await end(tx, one, member, { reason: null, now });
    return held.length;
  });
}

type Locked = { id: string; institutionId: string };
type Said = Pick<By, "reason" | "now">;

async function end(tx: Transaction, held: Role, member: Locked, said: Said): Promise<void> {
  await tx.role.update({ where: { id: held.id }, data: { expiresAt: said.now } });
  await note(tx, "role.taken", member, said, { before: factsOf(held), after: null });
}

async function theirs(tx: Transaction, id: string, scope: Scope): Promise<Role> {
  const role = await tx.role.findUnique({ where: { id } });
  if (!role || !isTheirs(scope, role)) throw new PortalError("not_found");
  return role;
}

function isTheirs({ institutions }: Scope, role: Pick<Role, "role" | "institutionId">): boolean {
  if (institutions === null) return true;
  return (
    role.role === "registrar" && role.institutionId !== null && institutions.includes(role.institutionId)
  );
}

/** Whether the portal would be without an operator, were this role to end. Asked under `lockOperators`. */
async function isLastOperator(tx: Transaction, held: Role, now: Date): Promise<boolean> {
  if (held.role !== "operator") return false;
  const others = await tx.role.count({
    where: { role: "operator", memberId: { not: held.memberId }, ...inForce(now) },
  });
  return others === 0;
}

/** Two operators who take each other's role at once: the second finds that they are the last. */
async function lockOperators(tx: Transaction, role: RoleName): Promise<void> {
  if (role === "operator") await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('portal operators'))`;
}

/** So that two at once make one role. */
async function lockMember(tx: Transaction, memberId: string): Promise<Locked | null> {
  const [row] = await tx.$queryRaw<Locked[]>`
    SELECT "id", "institutionId" FROM "Member" WHERE "id" = ${memberId} FOR UPDATE`;
  return row ?? null;
}

function factsOf({ role, grantedAt, expiresAt }: Role): Facts {
  return { role, since: grantedAt.toISOString(), until: expiresAt?.toISOString() ?? null };
}

async function note(
  tx: Transaction,
  deed: "role.given" | "role.taken",
  { id, institutionId }: Locked,
  { reason, now: at }: Said,
  change: { before: Facts | null; after: Facts | null },
): Promise<void> {
  const whose = { subject: "member" as const, subjectId: id, memberId: id, institutionId };
  await append(tx, { deed, at, ...whose, ...change, reason });
}
