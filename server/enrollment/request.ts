/** 新規申請: a member asks for a certificate. */
import type { Transaction } from "../db.ts";
import { PortalError } from "../errors.ts";
import { type Institution, type Member, Prisma } from "../generated/prisma/client.ts";
import type { Ports } from "../ports.ts";
import { askApproval } from "./approval.ts";
import { orderOf } from "./carry-out.ts";
import { announce, remember } from "./change.ts";
import { endTerms } from "./end-terms.ts";
import { type Kind, kinds } from "./kind.ts";
import { alive, checkInstitutionLimit, checkOffer } from "./offer.ts";
import { subjectOf } from "./subject.ts";

export type Application = {
  memberId: string;
  kind: Kind;
  months: number;
  /** One of the member's addresses: the certificate's for S/MIME, the first of the list when left out. */
  mail?: string | undefined;
  /** What the form carried (`requestKeyOf`); of an invitation `invitationKeyOf`. */
  key: string;
  locale: string;
  /** Asked for by their institution in their name: its key is none of a form's, and nobody has to approve it once more. */
  isInvited?: boolean;
};

/**
 * Makes one application, or finds the one that this very form has made before.
 * @throws PortalError `institution_not_enabled`, `kind_not_offered`, `term_not_offered`, `institution_limit_reached`, `mail_missing`,
 * `mail_not_yours`, `smime_exists`, `too_many_certificates`, `name_not_usable`, `name_missing`, `name_not_writable`, `not_issuable`,
 * `invalid_input`
 */
export async function requestCertificate(
  ports: Ports,
  application: Application,
): Promise<{ number: number; already: boolean }> {
  if (!ports.rules.terms[application.kind].includes(application.months)) {
    throw new PortalError("term_not_offered", { months: application.months });
  }
  const made = await untilFree(() =>
    ports.db.$transaction(async (tx) => {
      const { number, already } = await request(ports, tx, application);
      return { number, already };
    }),
  );
  await ports.wakeOutbox();
  return made;
}

/** Does it once more where another member took the name between our look and our write. */
export async function untilFree<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isTakenName(error)) throw error;
    }
  }
}

/** The same within a transaction, that then has to be tried as `untilFree` says; its term is one that the CA knows. */
export async function request(
  ports: Ports,
  tx: Transaction,
  application: Application,
): Promise<{ id: string; number: number; already: boolean }> {
  const { memberId, kind, months, key, locale, isInvited = false } = application;
  const at = ports.now();
  await tx.$queryRaw`SELECT id FROM "Member" WHERE id = ${memberId} FOR UPDATE`;

  const before = await tx.enrollment.findUnique({
    where: { memberId_requestKey: { memberId, requestKey: key } },
  });
  if (before) return { id: before.id, number: before.number, already: true };
  if (!isInvited && key !== (await requestKeyOf(tx, memberId, kind)))
    throw new PortalError("invalid_input", { field: "key" });

  const member = await tx.member.findUniqueOrThrow({
    where: { id: memberId },
    include: { institution: true },
  });
  checkOffer(member.institution, application);
  const mail = chooseMail(member, application.mail);
  await endTerms(tx, at, memberId);
  const limit = member.institution.memberLimit ?? ports.settings.clientCertificateLimit;
  if (kind === "client") await checkLimit(tx, memberId, limit);
  const exclusiveKey = kinds[kind].oneAMail ? exclusiveKeyOf(kind, memberId, mail) : null;
  if (exclusiveKey) await checkExclusive(tx, exclusiveKey);
  await checkInstitutionLimit(tx, member.institution);

  const commonName = kind === "smime" ? mail : commonNameOf(ports, member);
  const { number, dn } = await freeName(tx, member, { kind, mail, commonName });
  const waits = !isInvited && member.institution.approvalFor.includes(kind);
  const enrollment = await tx.enrollment.create({
    data: {
      memberId,
      number,
      status: waits ? "awaiting_approval" : "requested",
      kind,
      months,
      requestKey: key,
      exclusiveKey,
      dn,
      mail,
      locale,
      requestedAt: at,
    },
  });
  const order = await tx.order.create({
    data: {
      enrollmentId: enrollment.id,
      sequence: 1,
      purpose: "issue",
      months,
      status: waits ? "awaiting" : "placed",
      placedAt: at,
    },
  });
  const fault = ports.rules.faultOf(orderOf(order, { ...enrollment, member }));
  if (fault) throw new PortalError("not_issuable", { field: fault.field, value: fault.value });
  await remember(tx, enrollment, { at, deed: "requested", detail: { months } });
  if (waits) await askApproval(tx, enrollment);
  else await announce(tx, "enrollment/order.placed", { order: order.id, purpose: "issue" });
  return { id: enrollment.id, number, already: false };
}

/** What an invitation's application is known by: it is made once, however often its member logs in. */
export function invitationKeyOf(invitationId: string): string {
  return `invitation:${invitationId}`;
}

/** What an apply form of this kind carries now; it is spent by the application it makes. */
export async function requestKeyOf(tx: Transaction, memberId: string, kind: Kind): Promise<string> {
  return `${kind}:${await tx.enrollment.count({ where: { memberId, kind } })}`;
}

function chooseMail(member: Member, wish: string | undefined): string {
  const [first] = member.mails;
  if (!first) throw new PortalError("mail_missing");
  if (wish === undefined) return first;
  if (!member.mails.includes(wish)) throw new PortalError("mail_not_yours");
  return wish;
}

/** By which an application keeps others of its kind and address away while it lives. */
export function exclusiveKeyOf(kind: Kind, memberId: string, mail: string): string {
  return `${kind}:${memberId}:${mail.toLowerCase()}`;
}

async function checkLimit(tx: Transaction, memberId: string, limit: number): Promise<void> {
  const living = await tx.enrollment.count({ where: { memberId, kind: "client", ...alive } });
  if (living >= limit) throw new PortalError("too_many_certificates", { limit });
}

async function checkExclusive(tx: Transaction, exclusiveKey: string): Promise<void> {
  const other = await tx.enrollment.findUnique({ where: { exclusiveKey } });
  if (other) throw new PortalError("smime_exists", { number: other.number });
}

/** CN by the institution's rule. A value that is missing or cannot be written is named, so that the institution can put it right. */
function commonNameOf({ rules }: Ports, member: Member & { institution: Institution }): string {
  const made = rules.commonName(member.institution.cnRule, member);
  if ("cn" in made) return made.cn;
  if (made.fault === "missing") throw new PortalError("name_missing", { field: made.what, value: "" });
  throw new PortalError("name_not_writable", { field: "CN", value: made.what });
}

/** The member's next number whose name nobody has: two people may share a display name, but never a subject. */
async function freeName(
  tx: Transaction,
  member: Member & { institution: { dnBase: string } },
  subject: { kind: Kind; mail: string; commonName: string },
): Promise<{ number: number; dn: string }> {
  const newest = await tx.enrollment.aggregate({ where: { memberId: member.id }, _max: { number: true } });
  for (let number = (newest._max.number ?? 0) + 1; ; number++) {
    const dn = subjectOf({ ...subject, number, dnBase: member.institution.dnBase });
    if (!(await tx.enrollment.findUnique({ where: { dn }, select: { id: true } }))) return { number, dn };
  }
}

/** Whether another member took the name between our look and our write. */
function isTakenName(error: unknown): boolean {
  return (
    error instanceof Prisma.PrismaClientKnownRequestError &&
    error.code === "P2002" &&
    JSON.stringify(error.meta ?? {}).includes("dn")
  );
}
