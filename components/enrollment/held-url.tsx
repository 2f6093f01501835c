import { useTranslations } from "next-intl";
import { Notice } from "@/components/ui/notice.tsx";
import type { EnrollmentDetail } from "@/server/enrollment/views.ts";
import type { DeedAction } from "./deeds.ts";
import { OneButtonForm } from "./one-button-form.tsx";

type HeldUrlProps = { enrollment: EnrollmentDetail; wasReleased: boolean; release: DeedAction };

/** 証明書取得URL: where its mail waits until the member has proven who they are, why that is, and the button that sends it. */
export function HeldUrl({ enrollment: { number, mail, urlHeld }, wasReleased, release }: HeldUrlProps) {
  const t = useTranslations("Detail.url");
  if (urlHeld) {
    return (
      <Notice tone="info" title={t("held")}>
        <p>{t("heldHint", { mail })}</p>
        <OneButtonForm name="ReleaseUrl" number={number} action={release} />
      </Notice>
    );
  }
  return wasReleased && <Notice tone="success" role="status" title={t("released", { mail })} />;
}
