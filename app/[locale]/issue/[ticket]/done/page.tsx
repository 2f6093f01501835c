import type { Metadata } from "next";
import { headers } from "next/headers";
import { getTranslations } from "next-intl/server";
import { ForgetKey } from "@/components/issue/forget-key.tsx";
import { IssueFrame } from "@/components/issue/frame.tsx";
import { suggest } from "@/components/issue/suggestion.ts";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { goTo, ticketHash, view } from "../visit.ts";

type DonePageProps = { params: Promise<{ ticket: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: { absolute: (await getTranslations("Issue"))("title", { step: 3 }) } };
}

/** 【STEP3】: the certificate is its holder's; what comes next. */
export default async function DonePage({ params }: DonePageProps) {
  const { ticket } = await params;
  const seen = await view(ticket);
  if (seen.state !== "done") return goTo(ticket, seen.state);
  const [t, { device }] = [await getTranslations("Issue.done"), suggest(await headers())];
  return (
    <IssueFrame step={3}>
      <ForgetKey ticketHash={ticketHash(ticket)} />
      <Section id="step" title={t("title")}>
        <Notice tone="success" title={t("done", { fileName: seen.fileName })} />
        <ol className="numbers">
          <li>{t("install")}</li>
          <li>
            {t.rich("intermediate", {
              file: (text) => <a href={`/pki/${seen.issuerId}.cer`}>{text}</a>,
            })}
          </li>
          <li>
            {t.rich("rewrap", {
              page: (text) => <Link href="/guide/rewrap">{text}</Link>,
            })}
          </li>
          <li>{t("remove")}</li>
          <li>{t("suspicion")}</li>
        </ol>
        <p className="actions">
          <Link className="button button-main button-wide" href={device ? `/guide/${device}` : "/guide"}>
            {t("guide")}
          </Link>
          <Link className="button button-plain" href="/certs">
            {t("toPortal")}
          </Link>
        </p>
      </Section>
    </IssueFrame>
  );
}
