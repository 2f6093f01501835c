/** Two institutions with something of everything that administration is about, told apart by a mark in all that is theirs. */
import { randomUUID } from "node:crypto";
import type { Database } from "@/server/db.ts";
import { providerIdOf } from "@/server/federation/metadata/read-providers.ts";
import type { Institution, Member, Role } from "@/server/generated/prisma/client.ts";

export type Person = Member & { institution: Institution; roles: Role[] };
export type Things = Awaited<ReturnType<typeof thingsOf>>;

const now = new Date();
const later = new Date(now.getTime() + 3_600_000);

/** `mark` stands in every text of an institution and of its people, and in nobody else's. */
export async function thingsOf(db: Database, mark: string) {
  const institution = await db.institution.create({
    data: {
      ...{ entityId: `https://${mark}.example.ac.jp/idp`, nameJa: mark, nameEn: mark },
      ...{ dnBase: `O=${mark},L=Academe,C=JP`, contact: `${mark}@example.ac.jp` },
    },
  });
  const { id: institutionId, entityId } = institution;
  await db.identityProvider.create({
    data: {
      ...{
        id: providerIdOf(entityId),
        entityId,
        nameJa: mark,
        nameEn: mark,
        search: mark,
        validUntil: later,
      },
      ...{ domains: [], certificates: [], categories: [] },
      scopes: [{ value: `${mark}.example.ac.jp`, regexp: false }],
    },
  });
  const person = (user: string) =>
    db.member.create({
      data: {
        ...{ institutionId, displayName: `${mark} ${user}`, mails: [`${user}@${mark}.example.ac.jp`] },
        ...{ subject: `uniqueId:${user}@${mark}`, eppn: `${user}@${mark}.example.ac.jp` },
        identifiers: { create: { institutionId, subject: `eppn:${user}@${mark}.example.ac.jp` } },
      },
    });
  const [holder, other] = [await person("holder"), await person("other")];
  const registrar = await personWith(db, await person("registrar"), "registrar");
  const application = (number: number, status: "active" | "awaiting_approval" | "pin_ready") =>
    db.enrollment.create({
      data: {
        ...{ memberId: holder.id, number, kind: "client", months: 12, status, requestKey: randomUUID() },
        ...{ dn: `CN=${number},O=${mark},C=JP`, mail: `holder@${mark}.example.ac.jp`, locale: "ja" },
        ...{ requestedAt: now, memo: mark },
        ...(status === "active" && { serial: randomUUID().replaceAll("-", ""), notAfter: later }),
        orders: {
          create: {
            ...{ sequence: 1, purpose: "issue", months: 12, placedAt: now },
            status: status === "active" ? "collected" : status === "pin_ready" ? "pin_issued" : "awaiting",
          },
        },
      },
      include: { orders: true },
    });
  const active = await application(1, "active");
  const waiting = await application(2, "awaiting_approval");
  const ready = await application(3, "pin_ready");
  await db.approval.create({ data: { enrollmentId: waiting.id, askedAt: now } });
  const letter = await db.letter.create({
    data: {
      ...{ key: `acquisition:${active.orders[0]?.id}`, kind: "acquisition", enrollmentId: active.id },
      ...{ recipient: `holder@${mark}.example.ac.jp`, locale: "ja", status: "failed", createdAt: now },
    },
  });
  const job = (status: "open" | "failed") =>
    db.engineRun.create({
      data: {
        ...{ id: randomUUID(), functionId: "walk", eventId: randomUUID(), status, dueAt: later },
        event: { name: "enrollment/revoked", data: { enrollment: active.id, mark } },
        ...(status === "failed" && { outcome: { name: "Error", message: mark }, endedAt: now }),
      },
    });
  const offboarding = await db.offboarding.create({
    data: {
      ...{ institutionId, source: "list", by: registrar.id, reason: mark, requestKey: randomUUID() },
      ...{ createdAt: now, dueAt: later },
      people: { create: { line: 1, asked: other.eppn ?? "", memberId: other.id } },
    },
  });
  const token = await db.apiToken.create({
    data: {
      ...{
        institutionId,
        name: mark,
        hash: Buffer.from(randomUUID()),
        createdBy: registrar.id,
        createdAt: now,
      },
    },
  });
  const webhook = await db.webhook.create({
    data: {
      ...{ institutionId, url: `https://${mark}.example.ac.jp/hook`, sealedSecret: Buffer.from("x") },
      ...{ events: ["certificate.issued"], createdBy: registrar.id, createdAt: now },
      deliveries: {
        create: {
          ...{ key: randomUUID(), event: "certificate.issued", payload: { mark }, status: "failed" },
          ...{ dueAt: later, createdAt: now },
        },
      },
    },
    include: { deliveries: true },
  });
  const invitation = await db.invitation.create({
    data: {
      ...{ institutionId, batch: randomUUID(), line: 1, eppn: `new@${mark}.example.ac.jp`, kind: "client" },
      ...{ months: 12, createdBy: registrar.id, createdAt: now },
    },
  });
  const given = (by: Person, kind: "offboarding" | "invitations" = "offboarding") =>
    db.givenList.create({
      data: { kind, institutionId, by: by.id, at: now, lines: [[1, other.eppn ?? "", "client", "52"]] },
    });
  const held = await db.role.create({
    data: { memberId: other.id, role: "registrar", institutionId, grantedAt: now },
  });
  return {
    ...{ mark, institution, holder, other, registrar, active, waiting, ready, letter, held },
    ...{ failed: await job("failed"), open: await job("open") },
    ...{ offboarding, token, webhook, invitation, given },
  };
}

export async function personWith(
  db: Database,
  { id: memberId, institutionId }: Member,
  role: "registrar" | "operator",
): Promise<Person> {
  const whose = role === "registrar" ? institutionId : null;
  await db.role.create({ data: { memberId, role, institutionId: whose, grantedAt: now } });
  return db.member.findUniqueOrThrow({
    where: { id: memberId },
    include: { institution: true, roles: true },
  });
}

/** Every row of every table that speaks of an institution, as text. */
export async function allOf(db: Database, { mark, institution }: Things): Promise<string> {
  const tables = await db.$queryRaw<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`;
  const each = tables.map(({ name }) => `SELECT '${name} ' || row_to_json(t)::text AS line FROM "${name}" t`);
  const rows = await db.$queryRawUnsafe<{ line: string }[]>(
    `SELECT line FROM (${each.join(" UNION ALL ")}) AS every WHERE line LIKE $1 OR line LIKE $2 ORDER BY line`,
    `%${mark}%`,
    `%${institution.id}%`,
  );
  return rows.map(({ line }) => line).join("\n");
}
