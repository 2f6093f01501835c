import { useLocale, useTranslations } from "next-intl";
import type { ProvenDeed } from "@/server/assurance.ts";

/** 本人確認へ進む: one more login at the member's own institution, by a stronger way, and back to `to`. */
export function StepUpForm({ deed, to }: { deed: ProvenDeed; to: string }) {
  const t = useTranslations("Proof");
  const locale = useLocale();
  return (
    <form method="post" action="/login/start">
      <input type="hidden" name="for" value={deed} />
      <input type="hidden" name="to" value={to} />
      <input type="hidden" name="locale" value={locale} />
      <button type="submit" className="button button-main">
        {t("aal2.button")}
      </button>
    </form>
  );
}
