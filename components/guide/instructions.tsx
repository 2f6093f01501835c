import { useMessages, useTranslations } from "next-intl";
import type { Device } from "@/components/issue/suggestion.ts";
import { Section } from "@/components/ui/section.tsx";

/** The steps on one device, as many as its texts have. */
export function Instructions({ device, part }: { device: Device; part: "install" | "authority" }) {
  const t = useTranslations("Guide");
  const steps = Object.entries(useMessages().Guide[device][part].steps);
  const id = `${device}-${part}`;
  return (
    <Section id={id} title={t(`${device}.${part}.title`)}>
      <ol className="numbers">
        {steps.map(([key, step]) => (
          <li key={key}>{step}</li>
        ))}
      </ol>
    </Section>
  );
}
