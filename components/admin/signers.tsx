import { useTranslations } from "next-intl";
import { Day } from "@/components/ui/date-time.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import type { FederationView } from "./answers.ts";

/** The certificates whose signature under metadata is believed. */
export function Signers({ signers }: { signers: FederationView["signers"] }) {
  const t = useTranslations("Admin.federation.signers");
  if (!signers) return <Notice tone="error" title={t("unreadable")} />;
  return (
    <>
      <p>{t("explanation")}</p>
      <ReflowingTable
        labelledBy="signers"
        columns={[t("fingerprint"), t("name"), t("notAfter"), t("use")]}
        rows={signers.map(({ fingerprint, name, notAfter, isInUse }) => ({
          key: fingerprint,
          cells: [
            <code key="fingerprint" className="fingerprint">
              {fingerprint}
            </code>,
            name,
            <Day key="until" at={notAfter} />,
            t(isInUse ? "inUse" : "notInUse"),
          ],
        }))}
      />
    </>
  );
}
