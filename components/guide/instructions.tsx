import { useMessages, useTranslations } from "next-intl";
import type { Device } from "@/components/issue/suggestion.ts";

/** The steps on one device, as many as its texts have. */
export function Instructions({ device, part }: { device: Device; part: "install" | "authority" }) {
  const t = useTranslations("Guide");
  const steps = Object.entries(useMessages().Guide[device][part].steps);
  const id = `${device}-${part}`;
  return (
    <section className="stack" aria-labelledby={id}>
      <h2 id={id} className="section-title">
        {t(`${device}.${part}.title`)}
      </h2>
      <ol className="numbers">
        {steps.map(([key, step]) => (
          <li key={key}>{step}</li>
        ))}
      </ol>
    </section>
  );
}
