import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { OneButtonForm } from "@/components/enrollment/one-button-form.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { api } from "@/server/api/caller.ts";
import { Link } from "@/server/i18n/navigation.ts";
import { disown } from "../../actions.ts";
import { ownEnrollment } from "../../own-enrollment.ts";

type DisownPageProps = { params: Promise<{ number: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Disown"))("title"), robots: { index: false } };
}

/** 身に覚えがない: what a report does, before it is made. */
export default async function DisownPage({ params }: DisownPageProps) {
  const given = (await params).number;
  const { number } = await ownEnrollment(given, `/certs/${given}/disown`);
  const [t, revokes] = await Promise.all([
    getTranslations("Disown"),
    api().then(({ enrollment }) => enrollment.disownRevokes()),
  ]);
  return (
    <div className="stack prose">
      <h1>{t("title")}</h1>
      <p>{t("lead", { number })}</p>
      <Notice tone={revokes ? "warning" : "info"} title={t("effects")}>
        <p>{t("tells")}</p>
        <p>{t(revokes ? "ends" : "endsNot")}</p>
      </Notice>
      <section className="stack" aria-labelledby="also">
        <h2 id="also">{t("alsoTitle")}</h2>
        <p>{t("also")}</p>
      </section>
      <OneButtonForm name="Disown" number={number} action={disown} />
      <p className="actions">
        <Link className="button button-plain" href={`/certs/${number}`}>
          {t("back")}
        </Link>
      </p>
    </div>
  );
}
