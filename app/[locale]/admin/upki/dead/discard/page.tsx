import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { LetterFacts } from "@/components/admin/upki/letters.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { discard } from "../../actions.ts";
import { type LetterQuery, letterOf } from "../letter.ts";

type DiscardPageProps = { searchParams: Promise<LetterQuery> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.upki.dead"))("discardTitle"), robots: { index: false } };
}

export default async function DiscardPage({ searchParams }: DiscardPageProps) {
  const { letter } = await letterOf(await searchParams, "discard");
  const t = await getTranslations("Admin.upki");
  return (
    <AdminFrame title={t("dead.discardTitle")}>
      <p>
        {t(`dead.${letter.what}`)} {letter.subject}
      </p>
      <LetterFacts letter={letter} />
      <Notice tone="warning" title={t("dead.discardWarning")}>
        <p>{t("dead.discardHint")}</p>
      </Notice>
      <div className="actions">
        <form action={discard}>
          <input type="hidden" name="what" value={letter.what} />
          <input type="hidden" name="id" value={letter.id} />
          <SubmitButton className="button button-grave" pendingLabel={t("working")}>
            {t("dead.discardNow")}
          </SubmitButton>
        </form>
        <Link className="button button-plain" href="/admin/upki/dead">
          {t("backToDead")}
        </Link>
      </div>
    </AdminFrame>
  );
}
