import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { FileFault } from "@/components/admin/settings/file-fault.tsx";
import { FileForm } from "@/components/admin/upki/file-form.tsx";
import { ProofNeeded } from "@/components/enrollment/proof-needed.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import { api } from "@/server/api/caller.ts";
import { Link } from "@/server/i18n/navigation.ts";
import type { Locale } from "@/server/i18n/routing.ts";
import { textOf } from "../../days.ts";
import { operator } from "../../operator.ts";

type ImportPageProps = {
  params: Promise<{ locale: Locale }>;
  searchParams: Promise<Partial<Record<"fault" | "line" | "value", string | string[]>>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.settings.files"))("title"), robots: { index: false } };
}

/** The settings of all institutions as a file, and back. */
export default async function ImportPage({ params, searchParams }: ImportPageProps) {
  await operator("/admin/institutions/import");
  const [{ locale }, { fault, line, value }, t, missing] = await Promise.all([
    params,
    searchParams,
    getTranslations("Admin.settings.files"),
    api().then(({ session }) => session.missingFor({ deed: "change_settings" })),
  ]);
  const path = `/${locale}/admin/institutions`;
  return (
    <AdminFrame title={t("title")}>
      {fault !== undefined && <FileFault fault={textOf(fault)} line={textOf(line)} value={textOf(value)} />}
      <p>{t("explanation")}</p>
      <Section id="export" title={t("export.title")}>
        <p>{t("export.explanation")}</p>
        <p className="actions">
          {(["csv", "yaml"] as const).map((format) => (
            // A file and no page: whatever is prefetched would be made for nothing.
            <a key={format} className="button button-plain" href={`${path}/export?as=${format}`} download>
              {t(`export.${format}`)}
            </a>
          ))}
        </p>
      </Section>
      <Section id="import" title={t("import.title")}>
        <p>{t("import.explanation")}</p>
        <ul className="bullets">
          {(["columns", "version", "lists", "limits"] as const).map((rule) => (
            <li key={rule}>{t(`import.rules.${rule}`)}</li>
          ))}
        </ul>
        {missing ? (
          <Notice tone="warning" title={t("proofFirst")}>
            <ProofNeeded deed="change_settings" missing={missing} to={`${path}/import`} />
          </Notice>
        ) : (
          <FileForm
            action={`${path}/import/file`}
            field={{ id: "settings-file", name: "file", accept: ".csv,.yaml,.yml" }}
            label={t("import.file")}
            hint={t("import.fileHint")}
            button={t("import.send")}
          />
        )}
      </Section>
      <p className="actions no-print">
        <Link className="button button-plain" href="/admin/institutions" prefetch={false}>
          {t("back")}
        </Link>
      </p>
    </AdminFrame>
  );
}
