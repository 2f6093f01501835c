import { useTranslations } from "next-intl";
import type { EnrollmentDetail } from "@/server/enrollment/views.ts";
import { DeedForm } from "./deed-form.tsx";

type RevokeButtonProps = { enrollment: EnrollmentDetail };

/** 失効申請: there in every state, usable when the life cycle allows it, else with the reason. */
export function RevokeButton({ enrollment }: RevokeButtonProps) {
  const t = useTranslations("Detail");
  const hindrances = useTranslations("Hindrance");
  const { number, kind, months, revocationHindrance } = enrollment;
  if (revocationHindrance) {
    return (
      <div>
        <button type="button" className="button button-grave-plain" disabled aria-describedby="revoke-why">
          {t("revoke")}
        </button>
        <p id="revoke-why" className="hint">
          {hindrances(revocationHindrance)}
        </p>
      </div>
    );
  }
  const fields = { number: String(number), kind, months: String(months) };
  return (
    <DeedForm deed="revoke" fields={fields}>
      <button type="submit" className="button button-grave-plain">
        {t("revoke")}
      </button>
    </DeedForm>
  );
}
