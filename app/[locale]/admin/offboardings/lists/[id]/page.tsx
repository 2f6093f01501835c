import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { Plan } from "@/components/admin/offboardings/plan.tsx";
import { ReasonForm } from "@/components/admin/reason-form.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { orLost, registrar } from "../../../operator.ts";
import { ask } from "../../actions.ts";

type PlanPageProps = { params: Promise<{ id: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.offboardings.plan"))("title"), robots: { index: false } };
}

export default async function PlanPage({ params }: PlanPageProps) {
  const { id } = await params;
  const { offboardings } = await registrar(`/admin/offboardings/lists/${encodeURIComponent(id)}`);
  const [t, deed, plan] = await Promise.all([
    getTranslations("Admin.offboardings"),
    getTranslations("Admin.deed"),
    orLost(offboardings.plan({ id })),
  ]);
  const { counts } = plan;
  return (
    <AdminFrame title={t("plan.title")}>
      <p>{t("plan.explanation")}</p>
      <Plan plan={plan} />
      {counts.people === 0 ? (
        <Notice tone="error" title={t("plan.nobody")} />
      ) : (
        <section className="stack no-print" aria-labelledby="ask">
          <h2 id="ask" className="section-title">
            {t("plan.ask")}
          </h2>
          <ReasonForm
            action={ask}
            fields={{ list: id }}
            grave
            confirm={t("plan.confirm", { people: counts.people })}
            words={{
              reason: deed("reason"),
              hint: t("plan.reasonHint"),
              button: t("plan.askNow"),
              pending: deed("working"),
            }}
          />
        </section>
      )}
      <p className="actions no-print">
        <Link className="button button-plain" href="/admin/offboardings">
          {t("plan.back")}
        </Link>
      </p>
    </AdminFrame>
  );
}
