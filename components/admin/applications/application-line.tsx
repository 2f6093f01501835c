import { useLocale, useTranslations } from "next-intl";
import type { ApplicationDetail } from "../answers.ts";

type Shown = Pick<ApplicationDetail, "number" | "kind" | "months" | "member" | "institution">;

/** Which application a question is about: whose, which number, what kind. */
export function ApplicationLine({ application }: { application: Shown }) {
  const t = useTranslations("Admin.applications.one");
  const kinds = useTranslations("Kind");
  const { number, kind, months, member, institution } = application;
  return (
    <ul className="bullets">
      <li>
        {member.name}
        {member.eppn && ` (${member.eppn})`}
      </li>
      <li>{useLocale() === "ja" ? institution.nameJa : institution.nameEn}</li>
      <li>{t("numbered", { number })}</li>
      <li>{kinds("withMonths", { kind: kinds(kind), months })}</li>
    </ul>
  );
}
