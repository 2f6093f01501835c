/** The signed end of the audit, to whom the settings name. */
import { createElement } from "react";
import AuditHead from "../../emails/audit-head.tsx";
import { renderMail } from "../../emails/render.tsx";
import { subjectOf } from "../../emails/words.ts";
import type { PublicHead } from "../audit/heads.ts";
import { type MailDeps, messageIdOf } from "./send.ts";

/** @throws PostError */
export async function sendAuditHead(
  deps: Pick<MailDeps, "post" | "from" | "baseUrl" | "supportContact">,
  head: PublicHead,
  to: string,
): Promise<void> {
  const locale = "ja";
  const { html, text } = await renderMail(
    createElement(AuditHead, {
      ...{ ...head, locale, url: `${deps.baseUrl}/api/audit/head`, support: deps.supportContact },
    }),
  );
  const key = `audit-head:${head.seq}:${to}`;
  await deps.post.send({
    ...{ key, html, text, to, from: deps.from },
    messageId: messageIdOf(key, deps.from),
    subject: subjectOf("auditHead", locale),
    headers: { "Auto-Submitted": "auto-generated", "Content-Language": locale },
  });
}
