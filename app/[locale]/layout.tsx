import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { hasLocale, NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Footer } from "@/components/shell/footer.tsx";
import { Header } from "@/components/shell/header.tsx";
import { RouteFocus } from "@/components/shell/route-focus.tsx";
import { SkipLink } from "@/components/shell/skip-link.tsx";
import { api } from "@/server/api/caller.ts";
import { routing } from "@/server/i18n/routing.ts";
import "../globals.css";
import { switchLanguage } from "./actions.ts";
import { clientNamespaces } from "./client-namespaces.ts";

type LayoutProps = { children: ReactNode; params: Promise<{ locale: string }> };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Site");
  return {
    title: { default: t("title"), template: `%s | ${t("title")}` },
    description: t("description"),
    formatDetection: { telephone: false, email: false, address: false },
  };
}

export default async function LocaleLayout({ children, params }: LayoutProps) {
  const { locale } = await params;
  if (!hasLocale(routing.locales, locale)) notFound();
  const [messages, { member }, support] = await Promise.all([getMessages(), signedIn(), supportContact()]);
  return (
    <html lang={locale}>
      <body>
        <NextIntlClientProvider messages={clientNamespaces(messages)}>
          <SkipLink />
          <RouteFocus />
          <Header member={member} switchLanguage={switchLanguage} />
          <main id="main" tabIndex={-1} className="wrap">
            {children}
          </main>
          <Footer support={support} />
        </NextIntlClientProvider>
      </body>
    </html>
  );
}

/** A frame without the member is better than none: a page that needs them asks again, and says what failed. */
async function signedIn() {
  return (await api()).session.me().catch(() => ({ member: null }));
}

async function supportContact() {
  return (await api()).session.support().catch(() => null);
}
