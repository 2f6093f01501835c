import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Outcomes, outcomes } from "@/components/admin/approvals/outcomes.tsx";
import { WaitingApprovals } from "@/components/admin/approvals/waiting.tsx";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { registrar } from "../operator.ts";

type ApprovalsPageProps = { searchParams: Promise<{ of?: string | string[]; none?: string | string[] }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.approvals"))("title"), robots: { index: false } };
}

export default async function ApprovalsPage({ searchParams }: ApprovalsPageProps) {
  const { approvals } = await registrar("/admin/approvals");
  const { of, none } = await searchParams;
  const decided = decidedIn(of);
  const [t, { rows, count }, named] = await Promise.all([
    getTranslations("Admin.approvals"),
    approvals.list(),
    approvals.named({ ids: decided.map(({ id }) => id) }),
  ]);
  return (
    <AdminFrame title={t("title")}>
      {none !== undefined && <Notice tone="error" role="alert" title={t("noneChosen")} />}
      <Outcomes
        rows={decided.map(({ id, outcome }) => ({
          ...{ id, outcome },
          named: named.find((one) => one.id === id) ?? null,
        }))}
      />
      <p>{t("explanation")}</p>
      <section className="stack" aria-labelledby="waiting">
        <h2 id="waiting">{t("waiting", { count })}</h2>
        {count > rows.length && <p>{t("more", { shown: rows.length })}</p>}
        {rows.length === 0 ? <p>{t("none")}</p> : <WaitingApprovals rows={rows} />}
      </section>
    </AdminFrame>
  );
}

/** In the order in which they were decided, as the form's action wrote it into the address: `<id>.<outcome>`. */
function decidedIn(of: string | string[] | undefined) {
  return [of ?? []]
    .flat()
    .flatMap((text) => {
      const [id = "", word] = text.split(".");
      const outcome = outcomes.find((one) => one === word);
      return /^[\w-]{1,60}$/.test(id) && outcome ? [{ id, outcome }] : [];
    })
    .slice(0, 100);
}
