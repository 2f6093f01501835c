import { useTranslations } from "next-intl";
import type { EnrollmentSummary } from "@/server/enrollment/views.ts";
import { DeedForm } from "./deed-form.tsx";

type RenewButtonProps = {
  enrollment: EnrollmentSummary;
  /** On the dashboard: the row's own words, so that buttons differ for those who only hear them. */
  isSmall?: boolean;
};

/** 更新申請: there in every state, usable when the life cycle allows it, else with the reason. */
export function RenewButton({ enrollment, isSmall = false }: RenewButtonProps) {
  const t = useTranslations("Detail");
  const hindrances = useTranslations("Hindrance");
  const { number, sequence, kind, months, renewalHindrance } = enrollment;
  const whyId = `renew-${number}-why`;
  const button = (
    <button
      type="submit"
      className={`button button-plain ${isSmall ? "button-small" : ""}`}
      disabled={renewalHindrance !== null}
      aria-describedby={renewalHindrance ? whyId : undefined}
    >
      {t("renew")}
      {isSmall && <span className="visually-hidden">{t("ofNumber", { number })}</span>}
    </button>
  );
  if (renewalHindrance) {
    return (
      <div>
        {button}
        <p id={whyId} className="hint">
          {hindrances(renewalHindrance)}
        </p>
      </div>
    );
  }
  const fields = { number: String(number), sequence: String(sequence), kind, months: String(months) };
  return (
    <DeedForm deed="renew" fields={fields}>
      {button}
    </DeedForm>
  );
}
