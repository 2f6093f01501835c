import { useFormatter, useTranslations } from "next-intl";
import { kindNames } from "@/server/enrollment/kind.ts";
import type { Overview } from "../answers.ts";
import { Plotted } from "./plotted.tsx";

const measures = ["requested", "issued", "revoked"] as const;

/** What was applied for, issued and revoked in each of the last twelve months. */
export function ByMonth({ months }: Pick<Overview, "months">) {
  const t = useTranslations("Admin.overview");
  const kinds = useTranslations("Kind");
  const { number } = useFormatter();
  return (
    <Plotted
      id="by-month"
      title={t("months")}
      category={t("columns.month")}
      isStacked={false}
      categories={months.map(({ month }) => month.replace("-", "/"))}
      series={measures.map((measure) => ({
        name: t(`measures.${measure}`),
        values: months.map((one) => one[measure].client + one[measure].smime),
      }))}
      columns={measures.flatMap((measure) =>
        kindNames.map((kind) =>
          t("columns.measured", { measure: t(`measures.${measure}`), kind: kinds(kind) }),
        ),
      )}
      rows={months.map((one) => [
        one.month.replace("-", "/"),
        ...measures.flatMap((measure) => kindNames.map((kind) => number(one[measure][kind]))),
      ])}
    />
  );
}
