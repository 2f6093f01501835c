/** Mails to who looks after an institution: one of its registrars, or its contact address. No letter of any application: they name nobody. */
import { createHash } from "node:crypto";
import type { ReactElement } from "react";
import { renderMail } from "../../emails/render.tsx";
import { type MailLocale, type MailSubject, subjectOf } from "../../emails/words.ts";
import { localeOf, type MailDeps, messageIdOf } from "./send.ts";

export type ToRegistrars = {
  kind: MailSubject;
  institution: string;
  /** A registrar's member id; null for the institution's contact. */
  to: string | null;
  /** What it is about: with its kind and whom it goes to one mail, however often it is tried. */
  about: string;
  /** `institution`: its name in that language. */
  compose(locale: MailLocale, institution: string): ReactElement;
};

const address = /^[^\s@<>,]+@[^\s@<>,]+$/;

/** False where there is no address to send to. @throws PostError */
export async function mailRegistrars(deps: MailDeps, notice: ToRegistrars): Promise<boolean> {
  const { kind, institution: id, to, about } = notice;
  const { nameJa, nameEn, contact } = await deps.db.institution.findUniqueOrThrow({ where: { id } });
  const registrar = to === null ? null : await deps.db.member.findUnique({ where: { id: to } });
  const recipient = to === null ? contact : (registrar?.mails[0] ?? "");
  if (!address.test(recipient)) return false;
  const locale = localeOf(registrar?.locale ?? "ja");
  const { html, text } = await renderMail(notice.compose(locale, locale === "ja" ? nameJa : nameEn));
  const whom = createHash("sha256").update(recipient.toLowerCase()).digest("hex").slice(0, 16);
  const key = `${kind}:${about}:${whom}`;
  await deps.post.send({
    ...{ key, html, text, from: deps.from, to: recipient },
    messageId: messageIdOf(key, deps.from),
    subject: subjectOf(kind, locale),
    headers: { "Auto-Submitted": "auto-generated", "Content-Language": locale },
  });
  return true;
}
