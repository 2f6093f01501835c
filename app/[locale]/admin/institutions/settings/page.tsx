import type { Metadata } from "next";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { InstitutionName } from "@/components/admin/institution-name.tsx";
import { SettingsForm } from "@/components/admin/settings/settings-form.tsx";
import { ProofNeeded } from "@/components/enrollment/proof-needed.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { Locale } from "@/server/i18n/routing.ts";
import { textOf } from "../../days.ts";
import { orLost, registrar } from "../../operator.ts";
import { saveSettings } from "./actions.ts";

type SettingsPageProps = {
  params: Promise<{ locale: Locale }>;
  searchParams: Promise<Partial<Record<"entity" | "did" | "from", string | string[]>>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.settings"))("title"), robots: { index: false } };
}

/** What is set for an institution; `from`: filled in with an earlier version, to be saved as a new one. */
export default async function SettingsPage({ params, searchParams }: SettingsPageProps) {
  const [{ locale }, query, t, messages] = await Promise.all([
    params,
    searchParams,
    getTranslations("Admin.settings"),
    getMessages(),
  ]);
  // The words of the form; those of the other pages stay here.
  const { files: _files, plan: _plan, history: _history, ...settings } = messages.Admin.settings;
  const entityId = typeof query.entity === "string" ? query.entity : "";
  const from = /^[1-9]\d{0,8}$/.test(textOf(query.from)) ? Number(query.from) : undefined;
  const address = `/admin/institutions/settings?${new URLSearchParams({
    entity: entityId,
    ...(from !== undefined && { from: String(from) }),
  })}`;
  const admin = await registrar(address);
  const view = await orLost(admin.settings.get({ entityId, ...(from !== undefined && { from }) }));
  const { institution, earlier, missing } = view;
  return (
    <AdminFrame title={t("title")}>
      {query.did === "saved" && <Notice tone="success" role="status" title={t("saved")} />}
      {query.did === "unchanged" && <Notice tone="info" role="status" title={t("unchanged")} />}
      <p>
        <InstitutionName institution={institution} />
      </p>
      <p>{t("explanation")}</p>
      <p className="actions no-print">
        <Link
          className="button button-plain"
          href={`/admin/institutions/history?entity=${encodeURIComponent(entityId)}`}
          prefetch={false}
        >
          {t("history.title")}
        </Link>
        <Link className="button button-plain" href="/admin/institutions" prefetch={false}>
          {t("back")}
        </Link>
      </p>
      {earlier && (
        <Notice tone="info" title={t("earlier.title", { version: earlier.version })}>
          {earlier.differs.length === 0 ? (
            <p>{t("earlier.same")}</p>
          ) : (
            <>
              <p>{t("earlier.differs")}</p>
              <ul className="bullets">
                {earlier.differs.map((name) => (
                  <li key={name}>
                    <a href={`#${name}`}>{t(`fields.${name}.label`)}</a>
                  </li>
                ))}
              </ul>
            </>
          )}
        </Notice>
      )}
      {missing ? (
        <Notice tone="warning" title={t("proofFirst")}>
          <ProofNeeded deed="change_settings" missing={missing} to={`/${locale}${address}`} />
        </Notice>
      ) : (
        <Notice tone="warning" title={t("warning")}>
          <p>{t("warningHint")}</p>
        </Notice>
      )}
      {/* What comes from the database anew is another form. */}
      <NextIntlClientProvider messages={{ Admin: { settings } }}>
        <SettingsForm key={`${view.version}-${from ?? ""}`} view={view} action={saveSettings} />
      </NextIntlClientProvider>
    </AdminFrame>
  );
}
