import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import "../globals.css";
import { speakToReader } from "./outbox.ts";

export async function generateMetadata(): Promise<Metadata> {
  await speakToReader();
  const t = await getTranslations("Outbox");
  return { title: t("title"), robots: { index: false }, referrer: "no-referrer" };
}

export default async function OutboxLayout({ children }: { children: ReactNode }) {
  const locale = await speakToReader();
  return (
    <html lang={locale}>
      <body>
        <main className="wrap stack">{children}</main>
      </body>
    </html>
  );
}
