import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { InstitutionName } from "@/components/admin/institution-name.tsx";
import { Pager } from "@/components/admin/pager.tsx";
import { ReasonForm } from "@/components/admin/reason-form.tsx";
import { Deliveries } from "@/components/admin/webhooks/deliveries.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { orLost, registrar } from "../../operator.ts";
import { again, end, tryOut } from "../actions.ts";

type WebhookPageProps = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<"did" | "before", string | string[] | undefined>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.webhooks"))("webhook"), robots: { index: false } };
}

const deeds = ["tried", "tried_lately", "again", "not_again", "over", "ended"] as const;
const quiet: readonly string[] = ["tried_lately", "not_again", "over"];

export default async function WebhookPage({ params, searchParams }: WebhookPageProps) {
  const { id } = await params;
  const page = `/admin/webhooks/${encodeURIComponent(id)}`;
  const { webhooks } = await registrar(page);
  const { did, before } = await searchParams;
  const [t, deed, webhook] = await Promise.all([
    getTranslations("Admin.webhooks"),
    getTranslations("Admin.deed"),
    orLost(webhooks.get({ id, ...(typeof before === "string" && { before }) })),
  ]);
  const done = deeds.find((one) => one === did);
  return (
    <AdminFrame title={t("webhook")}>
      {done && (
        <Notice tone={quiet.includes(done) ? "info" : "success"} role="status" title={t(`did.${done}`)} />
      )}
      <Facts>
        <Fact name={t("url")}>
          <span className="entity-id">{webhook.url}</span>
        </Fact>
        <Fact name={t("institution")}>
          <InstitutionName institution={webhook.institution} />
        </Fact>
        <Fact name={t("events")}>
          <ul>
            {webhook.events.map((event) => (
              <li key={event}>
                <code>{event}</code>
              </li>
            ))}
          </ul>
        </Fact>
        <Fact name={t("madeOn")}>
          <Moment at={webhook.createdAt} />
        </Fact>
        <Fact name={t("state")}>
          {webhook.endedAt
            ? t.rich("endedAt", { at: () => <Moment at={webhook.endedAt as Date} /> })
            : t("states.living")}
        </Fact>
      </Facts>
      <Section id="calls" title={t("calls")}>
        <p>{t("callsHint")}</p>
        {!webhook.endedAt && (
          <form action={tryOut} className="no-print">
            <input type="hidden" name="webhook" value={webhook.id} />
            <SubmitButton className="button button-plain" pendingLabel={deed("working")}>
              {t("try")}
            </SubmitButton>
          </form>
        )}
        <Deliveries
          deliveries={webhook.deliveries}
          labelledBy="calls"
          again={webhook.endedAt ? null : again}
          webhookId={webhook.id}
        />
        <Pager older={webhook.next && `${page}?before=${webhook.next}`} />
      </Section>
      {!webhook.endedAt && (
        <Section id="end" title={t("end")}>
          <p>{t("endHint")}</p>
          <ReasonForm
            action={end}
            fields={{ webhook: webhook.id }}
            words={{
              reason: deed("reason"),
              hint: deed("reasonHint"),
              button: t("endNow"),
              pending: deed("working"),
            }}
            grave
          />
        </Section>
      )}
      <p className="actions no-print">
        <Link className="button button-plain" href="/admin/webhooks">
          {t("back")}
        </Link>
      </p>
    </AdminFrame>
  );
}
