import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { LinesFooter } from "@/components/admin/given/lines-footer.tsx";
import { OwnName } from "@/components/admin/given/own-name.tsx";
import { OffboardingState } from "@/components/admin/offboardings/list.tsx";
import { ReportLines } from "@/components/admin/offboardings/report-lines.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { orLost, registrar } from "../../operator.ts";
import { undo } from "../actions.ts";

type ReportPageProps = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<"did" | "after", string | string[] | undefined>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.offboardings"))("report"), robots: { index: false } };
}

const deeds = ["asked", "already", "undone", "too_late"] as const;
const tones = { asked: "success", already: "info", undone: "success", too_late: "error" } as const;

export default async function ReportPage({ params, searchParams }: ReportPageProps) {
  const { id } = await params;
  const path = `/admin/offboardings/${encodeURIComponent(id)}`;
  const { offboardings } = await registrar(path);
  const { did, after } = await searchParams;
  const place = Number(/^\d{1,6}$/.exec(String(after))?.[0] ?? 0);
  const [t, deed, { offboarding, lines, next }] = await Promise.all([
    getTranslations("Admin.offboardings"),
    getTranslations("Admin.deed"),
    orLost(offboardings.get({ id, after: place })),
  ]);
  const done = deeds.find((one) => one === did);
  const { counts, by, undoneBy, reason, isUndoable } = offboarding;
  return (
    <AdminFrame title={t("report")}>
      {done && (
        <Notice tone={tones[done]} role={done === "too_late" ? "alert" : "status"} title={t(`did.${done}`)} />
      )}
      <Facts>
        <Fact name={t("columns.institution")}>
          <OwnName institution={offboarding.institution} />
        </Fact>
        <Fact name={t("columns.status")}>
          <OffboardingState offboarding={offboarding} />
        </Fact>
        <Fact name={t("columns.createdAt")}>
          <Moment at={offboarding.createdAt} />
        </Fact>
        <Fact name={t("columns.source")}>{t(`sources.${offboarding.source}`)}</Fact>
        {by && <Fact name={t("by")}>{by}</Fact>}
        {undoneBy && <Fact name={t("undoneBy")}>{undoneBy}</Fact>}
        <Fact name={deed("reason")}>{reason}</Fact>
        <Fact name={t("plan.people")}>{t("peopleCount", { count: counts.people })}</Fact>
        <Fact name={t("counts.notFound")}>{t("peopleCount", { count: counts.notFound })}</Fact>
        <Fact name={t("counts.ended")}>{t("itemCount", { count: counts.ended })}</Fact>
        <Fact name={t("counts.failed")}>{t("itemCount", { count: counts.failed })}</Fact>
      </Facts>
      {counts.failed > 0 && <Notice tone="error" title={t("someFailed")} />}
      {isUndoable && (
        <section className="stack no-print" aria-labelledby="undo">
          <h2 id="undo" className="section-title">
            {t("undo")}
          </h2>
          <p>{t("undoHint")}</p>
          <form action={undo}>
            <input type="hidden" name="id" value={id} />
            <SubmitButton className="button button-plain" pendingLabel={deed("working")}>
              {t("undoNow")}
            </SubmitButton>
          </form>
        </section>
      )}
      <Section id="lines" title={t("lines")}>
        <ReportLines lines={lines} status={offboarding.status} labelledBy="lines" />
        <LinesFooter section="offboardings" path={path} next={next} />
      </Section>
    </AdminFrame>
  );
}
