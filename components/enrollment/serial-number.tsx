import { useTranslations } from "next-intl";

/** A serial number, as certificate viewers show it and as lists of the CA do. */
export function SerialNumber({ serial }: { serial: { hex: string; decimal: string } }) {
  const t = useTranslations("Detail.serial");
  return (["hex", "decimal"] as const).map((base) => (
    <p key={base}>
      <span className="hint block">{t(base)}</span>
      <span className="mono" translate="no">
        {serial[base]}
      </span>
    </p>
  ));
}
