import { useTranslations } from "next-intl";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Section } from "@/components/ui/section.tsx";
import { type Bars, plotOf } from "./plot.ts";

type PlottedProps = Bars & {
  id: string;
  title: string;
  /** What the categories are, as the head of their column. */
  category: string;
  /** The figures as they stand in the table: for each category its cells, of which the first names it. */
  columns: readonly string[];
  rows: readonly (readonly string[])[];
};

/** A plot, and the same figures as a table for whoever cannot see it or wants them exactly. */
export function Plotted({ id, title, category, columns, rows, ...bars }: PlottedProps) {
  const t = useTranslations("Admin.overview");
  const { wide, narrow } = plotOf(bars);
  return (
    <Section id={id} title={title}>
      <picture className="plot">
        <source media="(width < 48em)" srcSet={narrow} />
        <img src={wide} alt={t("plotOf", { title })} />
      </picture>
      <details className="plot-figures">
        <summary>{t("figuresOf", { title })}</summary>
        <ReflowingTable
          labelledBy={id}
          columns={[category, ...columns]}
          rows={rows.map((cells) => ({ key: cells[0] ?? "", cells }))}
        />
      </details>
    </Section>
  );
}
