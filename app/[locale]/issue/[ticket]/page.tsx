import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { IssueFrame } from "@/components/issue/frame.tsx";
import { PinForm } from "@/components/issue/pin-form.tsx";
import { Refused } from "@/components/issue/refused.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { enterPin } from "./actions.ts";
import { goTo, view } from "./visit.ts";

type PinPageProps = {
  params: Promise<{ ticket: string }>;
  searchParams: Promise<{ cookies?: string; again?: string }>;
};

export async function generateMetadata({ params }: PinPageProps): Promise<Metadata> {
  const [t, { state }] = [await getTranslations("Issue"), await view((await params).ticket)];
  return { title: { absolute: state === "refused" ? t("refused.title") : t("title", { step: 1 }) } };
}

/** 【STEP1】アクセスPINを入力 */
export default async function PinPage({ params, searchParams }: PinPageProps) {
  const [{ ticket }, { cookies, again }] = await Promise.all([params, searchParams]);
  const seen = await view(ticket);
  if (seen.state === "refused") return <Refused because={seen.because} />;
  if (seen.state !== "pin") return goTo(ticket, seen.state);
  const [t, kinds] = await Promise.all([getTranslations("Issue.pin"), getTranslations("Kind")]);
  return (
    <IssueFrame step={1}>
      <Section id="step" title={t("title")}>
        {again && <Notice tone="info" role="status" title={t("again")} />}
        {cookies === "off" && <Notice tone="error" role="alert" title={t("cookies")} />}
        <p>
          {t.rich("explanation", {
            kind: kinds(seen.kind),
            portal: (text) => <Link href="/certs">{text}</Link>,
          })}
        </p>
        <PinForm ticket={ticket} triesLeft={seen.triesLeft} action={enterPin} />
        <p className="hint">{t.rich("until", { at: () => <Moment at={seen.expiresAt} /> })}</p>
      </Section>
    </IssueFrame>
  );
}
