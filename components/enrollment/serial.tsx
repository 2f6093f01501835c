import { useTranslations } from "next-intl";
import type { EnrollmentDetail } from "@/server/enrollment/views.ts";

/** シリアル番号, as certificate viewers show it and as lists of the CA do. */
export function Serial({ enrollment: { serial, status } }: { enrollment: EnrollmentDetail }) {
  const t = useTranslations("Detail.serial");
  if (!serial) return <p>{t("none")}</p>;
  const isOld = status === "renewing" || status === "renewal_pin_ready";
  return (
    <>
      <p>
        <span className="hint block">{t("hex")}</span>
        <span className="mono" translate="no">
          {serial.hex}
        </span>
      </p>
      <p>
        <span className="hint block">{t("decimal")}</span>
        <span className="mono" translate="no">
          {serial.decimal}
        </span>
      </p>
      {isOld && <p className="hint">{t("old")}</p>}
    </>
  );
}
