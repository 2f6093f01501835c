/** 取り込み: certificates of the list that no application knows become applications of their holders. Shown first, done for those chosen. */
import type { Transaction } from "../../db.ts";
import { remember } from "../../enrollment/change.ts";
import { type Kind, kinds } from "../../enrollment/kind.ts";
import { exclusiveKeyOf } from "../../enrollment/request.ts";
import { numberIn } from "../../enrollment/subject.ts";
import type { Member, UpkiDifference } from "../../generated/prisma/client.ts";
import { formatName, type Name } from "../../pki/name.ts";
import { addCalendarMonths } from "../../pki/validity.ts";
import { splitServiceDn } from "./dn.ts";
import { hexOf } from "./line.ts";
import { nameKeyIn } from "./names.ts";
import { noteDone } from "./note.ts";
import { inOneGo, type World } from "./world.ts";

export type AdoptionProblem = "gone" | "not_valid" | "no_member" | "several_members" | "name_taken";

/** What would be made of a difference, or why it cannot be. */
export type Plan = {
  id: string;
  dn: string;
  serial: string;
  problem: AdoptionProblem | null;
  holder: { memberId: string; name: string } | null;
  kind: Kind;
  months: number;
  number: number | null;
  notAfter: Date | null;
};

type Found = { state: string; holderMail: string; profile: string; notAfter: string };

/** Nothing is done. `institutions`: null for all. */
export async function planAdoption(
  world: World,
  ids: readonly string[],
  institutions: readonly string[] | null,
): Promise<Plan[]> {
  const rows = await adoptable(world.db, ids, institutions);
  const plans: Plan[] = [];
  for (const row of rows) plans.push(await planOf(world, world.db, row));
  return plans;
}

/** Each that can be, in a transaction of its own; asked for twice it is done once. Returns what was done and what was not. */
export async function adopt(
  world: World,
  { ids, institutions, by }: { ids: readonly string[]; institutions: readonly string[] | null; by: string },
): Promise<Plan[]> {
  const rows = await adoptable(world.db, ids, institutions);
  const plans: Plan[] = [];
  for (const { id } of rows) {
    plans.push(
      await inOneGo(world, async (tx) => {
        await tx.$queryRaw`SELECT id FROM "UpkiDifference" WHERE id = ${id} FOR UPDATE`;
        const row = await tx.upkiDifference.findUniqueOrThrow({ where: { id } });
        const plan = await planOf(world, tx, row);
        if (!plan.problem) await carryOut(world, tx, row, plan, by);
        return plan;
      }),
    );
  }
  return plans;
}

function adoptable(
  db: Pick<Transaction, "upkiDifference">,
  ids: readonly string[],
  institutions: readonly string[] | null,
): Promise<UpkiDifference[]> {
  return db.upkiDifference.findMany({
    where: {
      id: { in: [...ids] },
      kind: "unknown_certificate",
      ...(institutions && { institutionId: { in: [...institutions] } }),
    },
    orderBy: { seenAt: "asc" },
  });
}

async function planOf(world: World, db: Transaction, row: UpkiDifference): Promise<Plan> {
  const found = row.detail as Found;
  const { kind, months } = termOf(world, row, found);
  const notAfter = found.notAfter ? new Date(found.notAfter) : null;
  const base = { id: row.id, dn: row.dn, serial: row.serial ?? "", kind, months, notAfter };
  const nothing = { ...base, holder: null, number: null };
  if (row.status !== "open") return { ...nothing, problem: "gone" };
  if (found.state !== "issued" || !notAfter || notAfter <= world.now())
    return { ...nothing, problem: "not_valid" };
  const members = await holdersOf(db, row, found);
  const [member] = members;
  if (!member) return { ...nothing, problem: "no_member" };
  if (members.length > 1) return { ...nothing, problem: "several_members" };
  const holder = { memberId: member.id, name: member.displayNameJa ?? member.displayName };
  const dn = rfc4514(row.dn);
  const taken = await db.enrollment.count({ where: { dn } });
  if (taken > 0) return { ...base, holder, number: null, problem: "name_taken" };
  return { ...base, holder, number: await numberFor(db, member.id, dn), problem: null };
}

/** Who has that address now. Of a name alone, as of S/MIME, the institution is not known: the address then has to be one person's. */
function holdersOf(
  db: Transaction,
  { institutionId }: UpkiDifference,
  { holderMail }: Found,
): Promise<Member[]> {
  if (holderMail === "") return Promise.resolve([]);
  return db.member.findMany({
    where: { mails: { has: holderMail }, ...(institutionId && { institutionId }) },
    take: 2,
  });
}

/** The number in its name, where it is free; else the next. */
async function numberFor(db: Transaction, memberId: string, dn: string): Promise<number> {
  const wish = numberIn(dn);
  const used = await db.enrollment.findMany({
    where: { memberId },
    select: { number: true, formerNumber: true },
  });
  const numbers = new Set(used.flatMap(({ number, formerNumber }) => [number, formerNumber ?? 0]));
  return wish !== null && wish > 0 && !numbers.has(wish) ? wish : Math.max(0, ...numbers) + 1;
}

function termOf(
  { settings }: World,
  row: UpkiDifference,
  { holderMail, profile }: Found,
): { kind: Kind; months: number } {
  for (const kind of ["client", "smime"] as const) {
    for (const [months, id] of settings.profiles[kind]) if (id === profile) return { kind, months };
  }
  const common = splitServiceDn(row.dn)?.find(({ type }) => type === "CN")?.value ?? "";
  const kind: Kind = common.includes("@") && common === holderMail ? "smime" : "client";
  return { kind, months: [...settings.profiles[kind].keys()][0] ?? 13 };
}

async function carryOut(
  world: World,
  tx: Transaction,
  row: UpkiDifference,
  plan: Plan,
  by: string,
): Promise<void> {
  const { holder, number, notAfter, kind, months, serial } = plan;
  if (!holder || number === null || !notAfter) return;
  const at = world.now();
  const notBefore = addCalendarMonths(notAfter, -months);
  const dn = rfc4514(row.dn);
  const member = await tx.member.findUniqueOrThrow({
    where: { id: holder.memberId },
    include: { institution: true },
  });
  const { holderMail, profile } = row.detail as Found;
  const enrollment = await tx.enrollment.create({
    data: {
      memberId: member.id,
      number,
      kind,
      months,
      status: "active",
      requestKey: `adopted:${serial}`,
      exclusiveKey: await freeExclusiveKey(tx, member.id, kind, holderMail),
      dn,
      mail: holderMail,
      locale: member.locale,
      requestedAt: at,
      serial: hexOf(serial),
      notBefore,
      notAfter,
    },
  });
  const order = await tx.order.create({
    data: {
      enrollmentId: enrollment.id,
      sequence: 1,
      purpose: "issue",
      months,
      status: "collected",
      placedAt: at,
      collectedAt: notBefore,
      serial: hexOf(serial),
    },
  });
  const name = member.displayNameJa ?? member.displayName;
  const { manager } = world.settings;
  const line = {
    kind: "issue",
    dn,
    profile,
    serial: null,
    reason: null,
    comment: "",
    holder: { name, affiliation: member.institution.nameJa, mail: holderMail },
    manager,
    fileName: "",
  };
  const keys = nameKeyIn(row.dn);
  await tx.upkiRequest.create({
    data: {
      key: `adopted:${serial}`,
      kind: "issue",
      institutionId: member.institutionId,
      enrollmentId: enrollment.id,
      orderId: order.id,
      certificateKind: kind,
      dn,
      nameKey: keys?.nameKey ?? "",
      commonNameKey: keys?.commonNameKey ?? "",
      line,
      status: "taken",
      createdAt: at,
      dueAt: at,
      takenAt: at,
      collected: serial,
      collectedAt: notBefore,
      notAfter,
    },
  });
  await remember(tx, enrollment, { at, deed: "adopted", detail: { serial: hexOf(serial) } });
  const { id: memberId, institutionId } = member;
  await noteDone(tx, world, "adopted", row.id, { institutionId, memberId, number, serial: hexOf(serial) });
  await tx.upkiDifference.update({
    where: { id: row.id },
    data: { status: "settled", requestId: null, dealtBy: by, dealtAt: at },
  });
}

/** Keeps another of its kind and address away, unless there is one already. */
async function freeExclusiveKey(
  tx: Transaction,
  memberId: string,
  kind: Kind,
  mail: string,
): Promise<string | null> {
  if (!kinds[kind].oneAMail) return null;
  const exclusiveKey = exclusiveKeyOf(kind, memberId, mail);
  return (await tx.enrollment.count({ where: { exclusiveKey } })) > 0 ? null : exclusiveKey;
}

function rfc4514(dn: string): string {
  return formatName((splitServiceDn(dn) ?? []) as unknown as Name);
}
