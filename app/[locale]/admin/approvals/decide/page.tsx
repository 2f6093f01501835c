import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { ConfirmDeed } from "@/components/admin/applications/confirm-deed.tsx";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { redirect } from "@/server/i18n/navigation.ts";
import { orLost, registrar } from "../../operator.ts";
import { approve, decline } from "../actions.ts";

type Many = string | string[] | undefined;
type DecidePageProps = { searchParams: Promise<{ do?: Many; id?: Many; words?: Many }> };

const deedIn = (word: Many) => (word === "decline" ? "decline" : "approve");

export async function generateMetadata({ searchParams }: DecidePageProps): Promise<Metadata> {
  const t = await getTranslations("Admin.applications.deeds");
  return { title: t(`${deedIn((await searchParams).do)}.title`), robots: { index: false } };
}

/** The question before applications go to the CA, or end with a reason that their members read. */
export default async function DecidePage({ searchParams }: DecidePageProps) {
  const query = await searchParams;
  const deed = deedIn(query.do);
  const ids = [query.id ?? []].flat().slice(0, 100);
  const here = new URLSearchParams([["do", deed], ...ids.map((id) => ["id", id])]);
  const { approvals } = await registrar(`/admin/approvals/decide?${here}`);
  const [t, named] = await Promise.all([
    getTranslations("Admin.applications.deeds"),
    orLost(approvals.named({ ids })),
  ]);
  const waiting = named.filter(({ status }) => status === "awaiting_approval");
  if (named.length === 0) {
    return redirect({ href: "/admin/approvals?none=1", locale: await getLocale() });
  }
  return (
    <AdminFrame title={t(`${deed}.title`)}>
      <ul className="bullets">
        {named.map(({ id, number, name, status }) => (
          <li key={id}>
            {t("numbered", { number, name })}
            {status !== "awaiting_approval" && ` ${t("notWaiting")}`}
          </li>
        ))}
      </ul>
      <Notice
        tone={deed === "decline" ? "warning" : "info"}
        title={t(`${deed}.warning`, { count: waiting.length })}
      />
      <ConfirmDeed
        action={deed === "decline" ? decline : approve}
        fields={named.map(({ id }) => ["id", id] as const)}
        wordsHint={deed === "decline" ? t("decline.wordsHint") : null}
        before={{ words: typeof query.words === "string" ? query.words : "" }}
        button={t(`${deed}.button`)}
        grave={deed === "decline"}
        backTo="/admin/approvals"
      />
    </AdminFrame>
  );
}
