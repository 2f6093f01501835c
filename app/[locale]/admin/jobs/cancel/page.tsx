import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { ReasonForm } from "@/components/admin/reason-form.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { textOf } from "../../days.ts";
import { registrar } from "../../operator.ts";
import { cancel } from "../actions.ts";

type CancelPageProps = { searchParams: Promise<Record<"id" | "back", string | string[] | undefined>> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.jobs.cancel"))("title"), robots: { index: false } };
}

export default async function CancelPage({ searchParams }: CancelPageProps) {
  const query = await searchParams;
  const [id, back] = [textOf(query.id), textOf(query.back)];
  await registrar(`/admin/jobs/cancel?${new URLSearchParams({ id, back })}`);
  const [t, deed] = await Promise.all([getTranslations("Admin.jobs.cancel"), getTranslations("Admin.deed")]);
  return (
    <AdminFrame title={t("title")}>
      <Notice tone="warning" title={t("warning")}>
        <p>{t("hint")}</p>
      </Notice>
      <ReasonForm
        action={cancel}
        grave
        fields={{ id, back }}
        words={{
          reason: deed("reason"),
          hint: deed("reasonHint"),
          button: t("now"),
          pending: deed("working"),
        }}
      />
      <p className="actions no-print">
        <Link className="button button-plain" href={`/admin/jobs?${back}`}>
          {t("back")}
        </Link>
      </p>
    </AdminFrame>
  );
}
