import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Authorities } from "@/components/guide/authorities.tsx";
import { devices } from "@/components/issue/suggestion.ts";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import { api } from "@/server/api/caller.ts";
import { Link } from "@/server/i18n/navigation.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Guide"))("title") };
}

export default async function GuidePage() {
  const [t, verify, authorities] = await Promise.all([
    getTranslations("Guide"),
    getTranslations("Verify"),
    api().then(({ authorities }) => authorities.list()),
  ]);
  return (
    <div className="stack prose">
      <h1>{t("title")}</h1>
      <p>{t("lead")}</p>
      <Notice tone="info" title={t("needed.title")}>
        <ul className="bullets">
          <li>{t("needed.file")}</li>
          <li>{t("needed.pin")}</li>
        </ul>
      </Notice>
      <Section id="devices" title={t("choose")}>
        <ul className="devices">
          {devices.map((device) => (
            <li key={device}>
              <Link className="button button-plain w-full" href={`/guide/${device}`}>
                {t(`${device}.name`)}
              </Link>
            </li>
          ))}
        </ul>
      </Section>
      <Notice tone="info" title={t("wrongPassword")}>
        <p>{t("wrongPasswordKinds")}</p>
        <p>
          <Link href="/guide/rewrap">{t("rewrap")}</Link>
        </p>
      </Notice>
      <Authorities authorities={authorities} />
      <p>
        {verify("linkLead")} <Link href="/guide/verify">{verify("link")}</Link>
      </p>
    </div>
  );
}
