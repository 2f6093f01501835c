import type { Metadata } from "next";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import { RewrapForm } from "@/components/guide/rewrap-form.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Link } from "@/server/i18n/navigation.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Rewrap"))("title") };
}

/** "Wrong password" on a device that cannot read the format: the file in the other one, made in the browser. */
export default async function RewrapPage() {
  const [t, guide, { Rewrap, Issue }] = await Promise.all([
    getTranslations("Rewrap"),
    getTranslations("Guide"),
    getMessages(),
  ]);
  return (
    <div className="stack prose">
      <h1>{t("title")}</h1>
      <p>{t("lead")}</p>
      <noscript className="block">
        <Notice tone="warning" title={t("noScript.title")}>
          <p>{t("noScript.happened")}</p>
          <p>{t("noScript.toDo")}</p>
        </Notice>
      </noscript>
      <Notice tone="info" title={t("private")}>
        <p>{t("privateHint")}</p>
      </Notice>
      <NextIntlClientProvider messages={{ Rewrap, Issue }}>
        <RewrapForm />
      </NextIntlClientProvider>
      <p>
        <Link className="button button-plain" href="/guide">
          {guide("title")}
        </Link>
      </p>
    </div>
  );
}
