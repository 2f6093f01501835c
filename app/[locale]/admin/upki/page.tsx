import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { Attention } from "@/components/admin/upki/attention.tsx";
import { Did, type DidQuery } from "@/components/admin/upki/did.tsx";
import { FileForm } from "@/components/admin/upki/file-form.tsx";
import { Files } from "@/components/admin/upki/files.tsx";
import { LastList } from "@/components/admin/upki/last-list.tsx";
import { type MailResult, MailResults } from "@/components/admin/upki/mail-results.tsx";
import { Refused } from "@/components/admin/upki/refused.tsx";
import { CredentialWarning, SiteFacts } from "@/components/admin/upki/site-facts.tsx";
import { Waiting } from "@/components/admin/upki/waiting.tsx";
import { Section } from "@/components/ui/section.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import type { Locale } from "@/server/i18n/routing.ts";
import { upkiRegistrar } from "../operator.ts";
import { makeFile, settleFile, wantList } from "./actions.ts";

type Many = string | string[] | undefined;
type UpkiPageProps = {
  params: Promise<{ locale: Locale }>;
  searchParams: Promise<DidQuery & { mail?: Many; name?: Many }>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.upki"))("title"), robots: { index: false } };
}

export default async function UpkiPage({ params, searchParams }: UpkiPageProps) {
  const upki = await upkiRegistrar("/admin/upki");
  const [{ locale }, query, t, view] = await Promise.all([
    params,
    searchParams,
    getTranslations("Admin.upki"),
    upki.overview(),
  ]);
  const { site, list, refused, transport } = view;
  const path = `/${locale}/admin/upki`;
  return (
    <AdminFrame title={t("title")}>
      <Did query={query} />
      <MailResults results={resultsIn(query)} />
      {site && <CredentialWarning site={site} now={new Date()} />}
      <p>{t("explanation")}</p>
      <Section id="attention" title={t("attention.title")}>
        <Attention view={view} />
      </Section>
      <Section id="waiting" title={t("waiting.title")}>
        <Waiting view={view} makeFile={makeFile} />
      </Section>
      <Section id="files" title={t("files.title")}>
        <Files view={view} settleFile={settleFile} />
      </Section>
      <Section id="mails" title={t("mails.title")}>
        <p>{t("mails.explanation")}</p>
        <FileForm
          action={`${path}/mails`}
          field={{ id: "mail-files", name: "mails", accept: ".eml,message/rfc822", multiple: true }}
          label={t("mails.files")}
          hint={t("mails.hint")}
          button={t("mails.send")}
        />
      </Section>
      <Section id="list" title={t("list.title")}>
        <p>{t("list.explanation")}</p>
        <LastList list={list} />
        {transport === "site" && (
          <form action={wantList} className="no-print">
            <SubmitButton className="button button-plain" pendingLabel={t("working")}>
              {t("list.compareNow")}
            </SubmitButton>
          </form>
        )}
        <FileForm
          action={`${path}/list`}
          field={{ id: "list-file", name: "list", accept: ".tsv,.txt,text/tab-separated-values" }}
          label={t("list.file")}
          hint={t("list.fileHint")}
          button={t("list.send")}
        />
      </Section>
      <Section id="refused" title={t("refused.title")}>
        <Refused refused={refused} />
      </Section>
      {site && (
        <Section id="site" title={t("site.title")}>
          <SiteFacts site={site} />
        </Section>
      )}
    </AdminFrame>
  );
}

/** In the order of the files, as the route that took them wrote it into the address. */
function resultsIn({ mail, name }: { mail?: Many; name?: Many }): MailResult[] {
  const [outcomes, names] = [mail, name].map((many) => (many === undefined ? [] : [many].flat()));
  return (outcomes ?? []).slice(0, 20).map((outcome, at) => ({
    outcome: /^[a-z_.]{1,60}$/.exec(outcome)?.[0] ?? "failed",
    name: names?.[at]?.slice(0, 80) ?? "",
  }));
}
