/** What every mail says of its reader and their application, read where the heart wrote it. */
import type { About } from "../../emails/facts.tsx";
import type { MailLocale } from "../../emails/words.ts";
import { writtenName } from "../enrollment/written.ts";
import { PortalError } from "../errors.ts";
import type { Enrollment, Member, Order } from "../generated/prisma/client.ts";
import { type LetterOrder, localeOf, type MailDeps } from "./send.ts";

export type Subject = { enrollment: Enrollment & { member: Member }; order: Order };

/** @throws PortalError `not_found` */
export async function readOrder({ db }: MailDeps, orderId: string): Promise<Subject> {
  const found = await db.order.findUnique({
    where: { id: orderId },
    include: { enrollment: { include: { member: true } } },
  });
  if (!found) throw new PortalError("not_found", { order: orderId });
  const { enrollment, ...order } = found;
  return { enrollment, order };
}

/** @throws PortalError `not_found` */
export async function readEnrollment({ db }: MailDeps, enrollmentId: string) {
  const found = await db.enrollment.findUnique({
    where: { id: enrollmentId },
    include: { member: true, revocations: true },
  });
  if (!found) throw new PortalError("not_found", { enrollment: enrollmentId });
  return found;
}

/** To whom, and in which language: the one the member last used. */
export function addressedTo(
  enrollment: Subject["enrollment"],
): Pick<LetterOrder, "enrollmentId" | "recipient" | "locale"> {
  return {
    enrollmentId: enrollment.id,
    recipient: enrollment.mail,
    locale: localeOf(enrollment.member.locale),
  };
}

export function about(
  deps: MailDeps,
  { member, ...enrollment }: Subject["enrollment"],
  locale: MailLocale,
): About {
  const { number, kind, months, dn } = enrollment;
  return {
    locale,
    name: (locale === "ja" && member.displayNameJa) || member.displayName,
    number,
    kind,
    months,
    dn: writtenName(dn),
    detailUrl: `${deps.baseUrl}/${locale}/certs/${number}`,
    support: deps.supportContact,
  };
}
