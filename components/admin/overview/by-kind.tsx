import { useFormatter, useTranslations } from "next-intl";
import { kindNames } from "@/server/enrollment/kind.ts";
import type { Overview } from "../answers.ts";
import { Plotted } from "./plotted.tsx";

type Count = Overview["applications"][number]["count"];

/** 申請状況: how many applications there are in each. */
export function ByStatus({ applications }: Pick<Overview, "applications">) {
  const t = useTranslations("Admin.overview");
  const words = useTranslations("Status");
  const rows = applications.map(({ status, count }) => ({ name: words(status), count }));
  return <ByKind id="by-status" title={t("applications")} category={t("columns.status")} rows={rows} />;
}

/** 証明書の状態: how many certificates there are in each. */
export function ByState({ certificates }: Pick<Overview, "certificates">) {
  const t = useTranslations("Admin.overview");
  const words = useTranslations("CertificateState");
  const rows = certificates.map(({ state, count }) => ({ name: words(state), count }));
  return <ByKind id="by-state" title={t("certificates")} category={t("columns.state")} rows={rows} />;
}

type ByKindProps = {
  id: string;
  title: string;
  category: string;
  rows: readonly { name: string; count: Count }[];
};

function ByKind({ id, title, category, rows }: ByKindProps) {
  const t = useTranslations("Admin.overview");
  const kinds = useTranslations("Kind");
  const { number } = useFormatter();
  const sum = ({ client, smime }: Count) => client + smime;
  return (
    <Plotted
      id={id}
      title={title}
      category={category}
      isStacked
      categories={rows.map(({ name, count }) => `${name}  ${number(sum(count))}`)}
      series={kindNames.map((kind) => ({ name: kinds(kind), values: rows.map(({ count }) => count[kind]) }))}
      columns={[...kindNames.map((kind) => kinds(kind)), t("columns.all")]}
      rows={rows.map(({ name, count }) => [
        name,
        ...kindNames.map((kind) => number(count[kind])),
        number(sum(count)),
      ])}
    />
  );
}
