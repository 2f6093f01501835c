/** What the mails look like, with invented people and certificates: for whoever answers for them. */
import { createElement, type ReactElement } from "react";
import Acceptance from "../../emails/acceptance.tsx";
import Acquisition from "../../emails/acquisition.tsx";
import Approvals from "../../emails/approvals.tsx";
import AuditHead from "../../emails/audit-head.tsx";
import Disowned from "../../emails/disowned.tsx";
import Held from "../../emails/held.tsx";
import Locked from "../../emails/locked.tsx";
import Reminder from "../../emails/reminder.tsx";
import { renderMail } from "../../emails/render.tsx";
import Renewal from "../../emails/renewal.tsx";
import Revocation from "../../emails/revocation.tsx";
import TurnedDown from "../../emails/turned-down.tsx";
import { type MailLocale, type MailSubject, subjectOf } from "../../emails/words.ts";

/** Every mail there is; one that has no preview does not compile. */
const previews: Record<MailSubject, (locale: MailLocale) => ReactElement> = {
  acceptance: (locale) => createElement(Acceptance, inLanguage(Acceptance.PreviewProps, locale)),
  held: (locale) => createElement(Held, inLanguage(Held.PreviewProps, locale)),
  acquisition: (locale) => createElement(Acquisition, inLanguage(Acquisition.PreviewProps, locale)),
  renewal: (locale) => createElement(Renewal, inLanguage(Renewal.PreviewProps, locale)),
  revocation: (locale) => createElement(Revocation, inLanguage(Revocation.PreviewProps, locale)),
  reminder: (locale) => createElement(Reminder, inLanguage(Reminder.PreviewProps, locale)),
  locked: (locale) => createElement(Locked, inLanguage(Locked.PreviewProps, locale)),
  declined: (locale) => createElement(TurnedDown, inLanguage(TurnedDown.PreviewProps, locale)),
  cancelled: (locale) =>
    createElement(TurnedDown, { ...inLanguage(TurnedDown.PreviewProps, locale), how: "cancelled" as const }),
  disowned: (locale) => createElement(Disowned, { ...Disowned.PreviewProps, locale }),
  auditHead: (locale) => createElement(AuditHead, { ...AuditHead.PreviewProps, locale }),
  approvals: (locale) => createElement(Approvals, { ...Approvals.PreviewProps, locale }),
};

export const mailNames = Object.keys(previews) as MailSubject[];

export type MailPreview = { subject: string; html: string; text: string };

export async function previewOf(mail: MailSubject, locale: MailLocale): Promise<MailPreview> {
  return { subject: subjectOf(mail, locale), ...(await renderMail(previews[mail](locale))) };
}

/** The reader's name is written as they write it in this language. */
function inLanguage<Props extends { name: string; locale: MailLocale }>(props: Props, locale: MailLocale) {
  return { ...props, locale, name: locale === "ja" ? props.name : "Hanako Kokuritsu" };
}
