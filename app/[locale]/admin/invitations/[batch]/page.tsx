import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { LinesFooter } from "@/components/admin/given/lines-footer.tsx";
import { OwnName } from "@/components/admin/given/own-name.tsx";
import { InvitationLines } from "@/components/admin/invitations/lines.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { orLost, registrar } from "../../operator.ts";
import { cancel } from "../actions.ts";

type BatchPageProps = {
  params: Promise<{ batch: string }>;
  searchParams: Promise<Record<"did" | "count" | "after", string | string[] | undefined>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.invitations"))("batch"), robots: { index: false } };
}

const deeds = ["made", "already", "cancelled", "nothing_waits"] as const;
const states = ["waiting", "made", "refused", "cancelled"] as const;
const numberIn = (value: string | string[] | undefined) => Number(/^\d{1,6}$/.exec(String(value))?.[0] ?? 0);

export default async function BatchPage({ params, searchParams }: BatchPageProps) {
  const { batch: id } = await params;
  const path = `/admin/invitations/${encodeURIComponent(id)}`;
  const { invitations } = await registrar(path);
  const { did, count, after } = await searchParams;
  const [t, deed, { batch, rows, next }] = await Promise.all([
    getTranslations("Admin.invitations"),
    getTranslations("Admin.deed"),
    orLost(invitations.get({ batch: id, after: numberIn(after) })),
  ]);
  const done = deeds.find((one) => one === did);
  const isQuiet = done === "already" || done === "nothing_waits";
  return (
    <AdminFrame title={t("batch")}>
      {done && (
        <Notice
          tone={isQuiet ? "info" : "success"}
          role="status"
          title={t(`did.${done}`, { count: numberIn(count) })}
        />
      )}
      <Facts>
        <Fact name={t("columns.institution")}>
          <OwnName institution={batch.institution} />
        </Fact>
        <Fact name={t("columns.createdAt")}>
          <Moment at={batch.createdAt} />
        </Fact>
        <Fact name={t("columns.by")}>{batch.by}</Fact>
        {states.map((state) => (
          <Fact key={state} name={t(`states.${state}`)}>
            {t("count", { count: batch.counts[state] })}
          </Fact>
        ))}
      </Facts>
      {batch.counts.waiting > 0 && (
        <form action={cancel} className="stack no-print">
          <input type="hidden" name="batch" value={id} />
          <SubmitButton className="button button-grave-plain" pendingLabel={deed("working")}>
            {t("cancelAll", { count: batch.counts.waiting })}
          </SubmitButton>
        </form>
      )}
      <Section id="lines" title={t("lines")}>
        <InvitationLines batch={id} rows={rows} cancel={cancel} labelledBy="lines" />
        <LinesFooter section="invitations" path={path} next={next} />
      </Section>
    </AdminFrame>
  );
}
