/** 身に覚えがない: to one registrar, or to the institution's contact address. */
import { createElement } from "react";
import Disowned from "../../emails/disowned.tsx";
import type { MailDeps } from "./send.ts";
import { mailRegistrars } from "./to-registrars.ts";

/** `to`: a member's id; null for the contact of the institution. False where there is no address. @throws PostError */
export async function sendDisowned(
  deps: MailDeps,
  { enrollment, to }: { enrollment: string; to: string | null },
): Promise<boolean> {
  const { status, institutionId, serial } = await deps.db.enrollment.findUniqueOrThrow({
    where: { id: enrollment },
  });
  return mailRegistrars(deps, {
    ...{ kind: "disowned", institution: institutionId, to, about: `${enrollment}:${serial ?? ""}` },
    compose: (locale, institution) =>
      createElement(Disowned, {
        ...{ locale, institution, support: deps.supportContact },
        ended: status === "revoking" || status === "revoked",
        url: `${deps.baseUrl}/${locale}/admin/applications/${enrollment}`,
      }),
  });
}
