import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { LetterSearchForm } from "@/components/admin/letters/search-form.tsx";
import { SentLetters } from "@/components/admin/letters/sent.tsx";
import { Pager } from "@/components/admin/pager.tsx";
import { Section } from "@/components/ui/section.tsx";
import { letterKinds } from "@/server/enrollment/views.ts";
import { Link } from "@/server/i18n/navigation.ts";
import { addressOf, span, textOf } from "../days.ts";
import { orLost, registrar } from "../operator.ts";

type Query = Record<string, string | string[] | undefined>;
type LettersPageProps = { searchParams: Promise<Query> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.letters"))("title"), robots: { index: false } };
}

const statuses = ["waiting", "sent", "failed"] as const;

export default async function LettersPage({ searchParams }: LettersPageProps) {
  const admin = await registrar("/admin/letters");
  const [query, t] = await Promise.all([searchParams, getTranslations("Admin.letters")]);
  const [kind, status, from, to] = [query.kind, query.status, query.from, query.to].map(textOf) as [
    string,
    string,
    string,
    string,
  ];
  const wish = { kind, status, from, to };
  const before = textOf(query.before);
  const known = {
    kind: letterKinds.find((one) => one === kind),
    status: statuses.find((one) => one === status),
  };
  const { letters, next } = await orLost(
    admin.letters.search({ ...known, ...span(from, to), ...(before && { before }) }),
  );
  return (
    <AdminFrame title={t("title")}>
      <p>{t("explanation")}</p>
      <p className="actions no-print">
        <Link className="button button-plain" href="/admin/letters/templates">
          {t("templates.title")}
        </Link>
      </p>
      <LetterSearchForm wish={wish} />
      <Section id="letters" title={t("found")}>
        <SentLetters letters={letters} labelledBy="letters" />
        <Pager
          newest={before && addressOf("/admin/letters", wish)}
          older={next && addressOf("/admin/letters", { ...wish, before: next })}
        />
      </Section>
    </AdminFrame>
  );
}
