import type { Metadata } from "next";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { WebhookList } from "@/components/admin/webhooks/list.tsx";
import { MakeForm } from "@/components/admin/webhooks/make-form.tsx";
import { Section } from "@/components/ui/section.tsx";
import type { Locale } from "@/server/i18n/routing.ts";
import { registrar } from "../operator.ts";
import { make } from "./actions.ts";

type Query = Record<"institution" | "url" | "event" | "reason", string | string[] | undefined>;
type WebhooksPageProps = { params: Promise<{ locale: Locale }>; searchParams: Promise<Query> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.webhooks"))("title"), robots: { index: false } };
}

const usual = ["certificate.issued", "certificate.revoked", "certificate.expired"];

export default async function WebhooksPage({ params, searchParams }: WebhooksPageProps) {
  const admin = await registrar("/admin/webhooks");
  const [{ locale }, query, t, { Admin }, { webhooks, institutions }] = await Promise.all([
    params,
    searchParams,
    getTranslations("Admin.webhooks"),
    getMessages(),
    admin.webhooks.list(),
  ]);
  const textOf = (name: keyof Query) => (typeof query[name] === "string" ? query[name] : "");
  return (
    <AdminFrame title={t("title")}>
      <p>{t("explanation")}</p>
      <Section id="webhooks" title={t("list")}>
        <WebhookList webhooks={webhooks} labelledBy="webhooks" />
      </Section>
      <Section id="make" title={t("makeTitle")}>
        <p>{t("makeHint")}</p>
        {/* The form speaks in the browser, and of all these pages' words needs these. */}
        <NextIntlClientProvider messages={{ Admin: { webhooks: Admin.webhooks, deed: Admin.deed } }}>
          <MakeForm
            action={make}
            institutions={institutions.map(({ id, nameJa, nameEn, entityId }) => ({
              id,
              name: (locale === "ja" ? nameJa : nameEn) || entityId,
            }))}
            before={{
              institution: textOf("institution"),
              url: textOf("url"),
              events: query.event === undefined ? usual : [query.event].flat(),
              reason: textOf("reason"),
            }}
          />
        </NextIntlClientProvider>
      </Section>
    </AdminFrame>
  );
}
