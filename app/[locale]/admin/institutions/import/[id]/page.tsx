import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { ReasonForm } from "@/components/admin/reason-form.tsx";
import { Plan } from "@/components/admin/settings/plan.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { textOf } from "../../../days.ts";
import { operator, orLost } from "../../../operator.ts";
import { applyPlan } from "../actions.ts";

type PlanPageProps = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Partial<Record<"did" | "from", string | string[]>>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.settings.plan"))("title"), robots: { index: false } };
}

/** What a file would change, before it is done; and what it has changed. */
export default async function PlanPage({ params, searchParams }: PlanPageProps) {
  const [{ id }, query, t] = await Promise.all([params, searchParams, getTranslations("Admin.settings")]);
  const from = /^\d{1,4}$/.test(textOf(query.from)) ? Number(query.from) : 0;
  const path = `/admin/institutions/import/${encodeURIComponent(id)}`;
  const admin = await operator(path);
  const plan = await orLost(admin.settings.planned({ id, from }));
  const isDone = plan.appliedAt !== null;
  return (
    <AdminFrame title={t("plan.title")}>
      {isDone ? (
        <Notice
          tone={query.did === "already" ? "info" : "success"}
          role="status"
          title={t(query.did === "already" ? "plan.already" : "plan.applied", { count: plan.changing })}
        />
      ) : (
        <Notice tone="info" title={t("plan.notYet")} />
      )}
      {plan.faulty > 0 && (
        <Notice tone="error" role="alert" title={t("plan.faulty", { count: plan.faulty })}>
          <p>{t("plan.faultyHint")}</p>
        </Notice>
      )}
      <Facts>
        <Fact name={t("plan.named")}>{t("plan.institutions", { count: plan.named })}</Fact>
        <Fact name={t("plan.changing")}>{t("plan.institutions", { count: plan.changing })}</Fact>
        <Fact name={t("plan.unchanged")}>{t("plan.institutions", { count: plan.unchanged })}</Fact>
        <Fact name={t("plan.wrong")}>{t("plan.institutions", { count: plan.faulty })}</Fact>
      </Facts>
      <Section id="differences" title={t("plan.differences")}>
        <Plan plan={plan} labelledBy="differences" />
        {plan.next !== null && (
          <p className="actions no-print">
            <Link className="button button-plain" href={`${path}?from=${plan.next}`} prefetch={false}>
              {t("plan.more")}
            </Link>
          </p>
        )}
      </Section>
      {!isDone && plan.faulty === 0 && plan.changing > 0 && (
        <Section id="apply" title={t("plan.apply")}>
          <ReasonForm
            action={applyPlan}
            fields={{ plan: id }}
            words={{
              reason: t("reason"),
              hint: t("reasonHint"),
              button: t("plan.button", { count: plan.changing }),
              pending: t("saving"),
            }}
          />
        </Section>
      )}
      <p className="actions no-print">
        <Link className="button button-plain" href="/admin/institutions/import" prefetch={false}>
          {t("plan.back")}
        </Link>
      </p>
    </AdminFrame>
  );
}
