import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { IssueFrame } from "@/components/issue/frame.tsx";
import { PinForm } from "@/components/issue/pin-form.tsx";
import { Refused } from "@/components/issue/refused.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { enterPin } from "./actions.ts";
import { goTo, view } from "./visit.ts";

type PinPageProps = { params: Promise<{ ticket: string }> };

export async function generateMetadata({ params }: PinPageProps): Promise<Metadata> {
  const [t, { state }] = [await getTranslations("Issue"), await view((await params).ticket)];
  return { title: { absolute: state === "refused" ? t("refused.title") : t("title", { step: 1 }) } };
}

/** 【STEP1】アクセスPINを入力 */
export default async function PinPage({ params }: PinPageProps) {
  const { ticket } = await params;
  const seen = await view(ticket);
  if (seen.state === "refused") return <Refused because={seen.because} />;
  if (seen.state !== "pin") return goTo(ticket, seen.state);
  const [t, kinds] = await Promise.all([getTranslations("Issue.pin"), getTranslations("Kind")]);
  return (
    <IssueFrame step={1}>
      <section className="stack" aria-labelledby="step">
        <h2 id="step" className="section-title">
          {t("title")}
        </h2>
        <p>{t("explanation", { kind: kinds(seen.kind) })}</p>
        <PinForm ticket={ticket} triesLeft={seen.triesLeft} action={enterPin} />
        <p className="hint">{t.rich("until", { at: () => <Moment at={seen.expiresAt} /> })}</p>
      </section>
    </IssueFrame>
  );
}
