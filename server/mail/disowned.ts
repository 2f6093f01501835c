/** 身に覚えがない: to one registrar, or to the institution's contact address. */
import { createHash } from "node:crypto";
import { createElement } from "react";
import Disowned from "../../emails/disowned.tsx";
import { renderMail } from "../../emails/render.tsx";
import { subjectOf } from "../../emails/words.ts";
import { localeOf, type MailDeps, messageIdOf } from "./send.ts";

/** `to`: a member's id; null for the contact of the institution. False where there is no address. @throws PostError */
export async function sendDisowned(
  deps: MailDeps,
  { enrollment, to }: { enrollment: string; to: string | null },
): Promise<boolean> {
  const { status, institutionId, serial } = await deps.db.enrollment.findUniqueOrThrow({
    where: { id: enrollment },
  });
  const { nameJa, nameEn, contact } = await deps.db.institution.findUniqueOrThrow({
    where: { id: institutionId },
  });
  const registrar = to === null ? null : await deps.db.member.findUnique({ where: { id: to } });
  const recipient = to === null ? contact : registrar?.mails[0];
  if (!recipient) return false;
  const locale = localeOf(registrar?.locale ?? "ja");
  const { html, text } = await renderMail(
    createElement(Disowned, {
      ...{ locale, ended: status === "revoking" || status === "revoked" },
      institution: locale === "ja" ? nameJa : nameEn,
      url: `${deps.baseUrl}/${locale}/admin/applications/${enrollment}`,
      support: deps.supportContact,
    }),
  );
  const whom = createHash("sha256").update(recipient.toLowerCase()).digest("hex").slice(0, 16);
  const key = `disowned:${enrollment}:${serial ?? ""}:${whom}`;
  await deps.post.send({
    ...{ key, html, text, from: deps.from, to: recipient },
    messageId: messageIdOf(key, deps.from),
    subject: subjectOf("disowned", locale),
    headers: { "Auto-Submitted": "auto-generated", "Content-Language": locale },
  });
  return true;
}
