import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { type FaultQuery, ListFault } from "@/components/admin/given/list-fault.tsx";
import { ListForms } from "@/components/admin/given/list-forms.tsx";
import { Batches } from "@/components/admin/invitations/batches.tsx";
import { Pager } from "@/components/admin/pager.tsx";
import { Section } from "@/components/ui/section.tsx";
import type { Locale } from "@/server/i18n/routing.ts";
import { textOf } from "../days.ts";
import { giveInvited } from "../given/give.ts";
import { orLost, registrar } from "../operator.ts";

type InvitationsPageProps = {
  params: Promise<{ locale: Locale }>;
  searchParams: Promise<FaultQuery & { before?: string | string[] }>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.invitations"))("title"), robots: { index: false } };
}

const path = "/admin/invitations";

export default async function InvitationsPage({ params, searchParams }: InvitationsPageProps) {
  const { invitations } = await registrar(path);
  const [{ locale }, query, t] = await Promise.all([
    params,
    searchParams,
    getTranslations("Admin.invitations"),
  ]);
  const before = textOf(query.before);
  const [institutions, { batches, next }] = await Promise.all([
    invitations.institutions(),
    orLost(invitations.list(before ? { before } : {})),
  ]);
  return (
    <AdminFrame title={t("title")}>
      <ListFault query={query} />
      <p>{t("explanation")}</p>
      <Section id="new" title={t("new")}>
        <p>{t("newHint")}</p>
        <ul className="bullets">
          {(["eppn", "kind", "months", "mail"] as const).map((column) => (
            <li key={column}>{t(`columnHints.${column}`)}</li>
          ))}
        </ul>
        <p className="actions no-print">
          <a className="button button-plain" href={`/${locale}/admin/invitations/template`} download>
            {t("template")}
          </a>
        </p>
        <ListForms
          section="invitations"
          give={giveInvited}
          institutions={institutions}
          example="hanako@example.ac.jp,client,13"
          label={t("paste")}
        />
      </Section>
      <Section id="batches" title={t("batches")}>
        <Batches batches={batches} labelledBy="batches" />
        <Pager newest={before && path} older={next && `${path}?before=${next}`} />
      </Section>
    </AdminFrame>
  );
}
