/** 承認待ちのお知らせ: to one registrar, or to the institution's contact address. No letter of any application: it is about none in particular. */
import { createHash } from "node:crypto";
import { createElement } from "react";
import Approvals from "../../emails/approvals.tsx";
import { renderMail } from "../../emails/render.tsx";
import { subjectOf } from "../../emails/words.ts";
import { localeOf, type MailDeps, messageIdOf } from "./send.ts";

export type ApprovalReminder = {
  institution: string;
  count: number;
  /** A registrar's member id; null for the institution's contact. */
  to: string | null;
  /** The day it is for, `2026-11-22`: one mail a day to each, however often it is tried. */
  day: string;
};

const address = /^[^\s@<>,]+@[^\s@<>,]+$/;

/** False where there is no address to send to. @throws PostError */
export async function sendApprovalReminder(deps: MailDeps, reminder: ApprovalReminder): Promise<boolean> {
  const { institution, count, to, day } = reminder;
  const { nameJa, nameEn, contact } = await deps.db.institution.findUniqueOrThrow({
    where: { id: institution },
  });
  const registrar = to === null ? null : await deps.db.member.findUnique({ where: { id: to } });
  const recipient = to === null ? contact : (registrar?.mails[0] ?? "");
  if (!address.test(recipient)) return false;
  const locale = localeOf(registrar?.locale ?? "ja");
  const { html, text } = await renderMail(
    createElement(Approvals, {
      ...{ locale, count },
      institution: locale === "ja" ? nameJa : nameEn,
      url: `${deps.baseUrl}/${locale}/admin/approvals`,
      support: deps.supportContact,
    }),
  );
  const whom = createHash("sha256").update(recipient.toLowerCase()).digest("hex").slice(0, 16);
  const key = `approvals:${institution}:${day}:${whom}`;
  await deps.post.send({
    ...{ key, html, text, from: deps.from, to: recipient },
    messageId: messageIdOf(key, deps.from),
    subject: subjectOf("approvals", locale),
    headers: { "Auto-Submitted": "auto-generated", "Content-Language": locale },
  });
  return true;
}
