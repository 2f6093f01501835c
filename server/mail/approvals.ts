/** 承認待ちのお知らせ: to one registrar, or to the institution's contact address. */
import { createElement } from "react";
import Approvals from "../../emails/approvals.tsx";
import type { MailDeps } from "./send.ts";
import { mailRegistrars } from "./to-registrars.ts";

export type ApprovalReminder = {
  institution: string;
  count: number;
  /** A registrar's member id; null for the institution's contact. */
  to: string | null;
  /** The day it is for, `2026-11-22`: one mail a day to each, however often it is tried. */
  day: string;
};

/** False where there is no address to send to. @throws PostError */
export function sendApprovalReminder(
  deps: MailDeps,
  { institution, count, to, day }: ApprovalReminder,
): Promise<boolean> {
  return mailRegistrars(deps, {
    ...{ kind: "approvals", institution, to, about: `${institution}:${day}` },
    compose: (locale, name) =>
      createElement(Approvals, {
        ...{ locale, count, institution: name, support: deps.supportContact },
        url: `${deps.baseUrl}/${locale}/admin/approvals`,
      }),
  });
}
