import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { LoginPage } from "./answers.ts";
import { InstitutionName } from "./institution-name.tsx";
import { Outcome } from "./outcome.tsx";
import { useOutcomeWords } from "./outcome-words.ts";

/** Records of the login log, the newest first. */
export function Logins({ logins }: { logins: LoginPage["logins"] }) {
  const t = useTranslations("Admin.logins");
  const { wordsFor } = useOutcomeWords();
  if (logins.length === 0) return <p>{t("none")}</p>;
  return (
    <ReflowingTable
      labelledBy="logins"
      columns={[t("columns.at"), t("columns.institution"), t("columns.outcome"), t("columns.reference")]}
      rows={logins.map(({ id, at, institution, code, reference }) => ({
        key: id,
        cells: [
          <Link key="at" className="record-link" href={`/admin/logins/${id}`} prefetch={false}>
            <Moment at={at} />
          </Link>,
          institution ? <InstitutionName key="institution" institution={institution} /> : t("noInstitution"),
          <Outcome key="outcome" isGood={code === null}>
            {code === null ? t("succeeded") : wordsFor(code)}
          </Outcome>,
          reference ? (
            <span key="reference" className="mono">
              {reference}
            </span>
          ) : (
            t("noReference")
          ),
        ],
      }))}
    />
  );
}
