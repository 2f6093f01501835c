import { useTranslations } from "next-intl";
import type { EnrollmentDetail } from "@/server/enrollment/views.ts";
import { SerialNumber } from "./serial-number.tsx";

/** シリアル番号 of the certificate, or that there is none yet. */
export function Serial({ enrollment: { serial, status } }: { enrollment: EnrollmentDetail }) {
  const t = useTranslations("Detail.serial");
  if (!serial) return <p>{t("none")}</p>;
  const isOld = status === "renewing" || status === "renewal_pin_ready";
  return (
    <>
      <SerialNumber serial={serial} />
      {isOld && <p className="hint">{t("old")}</p>}
    </>
  );
}
