import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { OwnName } from "@/components/admin/given/own-name.tsx";
import { PlannedLines } from "@/components/admin/invitations/planned-lines.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { orLost, registrar } from "../../../operator.ts";
import { make } from "../../actions.ts";

type PlanPageProps = {
  params: Promise<{ id: string }>;
  searchParams: Promise<{ did?: string | string[] }>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.invitations.plan"))("title"), robots: { index: false } };
}

export default async function PlanPage({ params, searchParams }: PlanPageProps) {
  const { id } = await params;
  const { invitations } = await registrar(`/admin/invitations/lists/${encodeURIComponent(id)}`);
  const [{ did }, t, deed, plan] = await Promise.all([
    searchParams,
    getTranslations("Admin.invitations"),
    getTranslations("Admin.deed"),
    orLost(invitations.plan({ id })),
  ]);
  const { right, wrong } = plan.counts;
  return (
    <AdminFrame title={t("plan.title")}>
      {did === "refused" && <Notice tone="error" role="alert" title={t("plan.refused")} />}
      <p>{t("plan.explanation")}</p>
      <Facts>
        <Fact name={t("columns.institution")}>
          <OwnName institution={plan.institution} />
        </Fact>
        <Fact name={t("plan.right")}>{t("count", { count: right })}</Fact>
        <Fact name={t("plan.wrong")}>{t("count", { count: wrong })}</Fact>
      </Facts>
      {wrong > 0 && (
        <Section id="wrong" title={t("plan.wrong")}>
          <PlannedLines lines={plan.wrong} of={wrong} labelledBy="wrong" />
        </Section>
      )}
      {right > 0 && (
        <Section id="right" title={t("plan.right")}>
          <PlannedLines lines={plan.right} of={right} labelledBy="right" />
        </Section>
      )}
      {right === 0 && <Notice tone="error" title={t("plan.nothing")} />}
      <div className="actions no-print">
        {right > 0 && (
          <form action={make}>
            <input type="hidden" name="list" value={id} />
            <SubmitButton pendingLabel={deed("working")}>{t("plan.make", { count: right })}</SubmitButton>
          </form>
        )}
        <Link className="button button-plain" href="/admin/invitations">
          {t("plan.back")}
        </Link>
      </div>
    </AdminFrame>
  );
}
