import { useTranslations } from "next-intl";
import { Day } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import type { FederationView } from "./answers.ts";

/** The portal's own keys in the federation; they are changed by a command, `npm run sp-keys`. */
export function ServiceKeys({ keys }: { keys: FederationView["keys"] }) {
  const t = useTranslations("Admin.federation.keys");
  if (keys.length === 0) return <p>{t("none")}</p>;
  return (
    <>
      <p>{t.rich("explanation", { code: (text) => <code className="mono">{text}</code> })}</p>
      <ReflowingTable
        labelledBy="keys"
        columns={[t("fingerprint"), t("purpose"), t("state"), t("signsFrom"), t("notAfter")]}
        rows={keys.map(({ fingerprint, purpose, state, signsFrom, notAfter }) => ({
          key: fingerprint,
          cells: [
            <code key="fingerprint" className="fingerprint">
              {fingerprint}
            </code>,
            t(`purposes.${purpose}`),
            t(`states.${state}`),
            signsFrom ? <Day key="from" at={signsFrom} /> : t("notYet"),
            <Day key="until" at={notAfter} />,
          ],
        }))}
      />
    </>
  );
}
