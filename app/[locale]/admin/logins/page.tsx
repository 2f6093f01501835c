import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { LoginSearchForm, type LoginWish } from "@/components/admin/login-search-form.tsx";
import { Logins } from "@/components/admin/logins.tsx";
import { Pager } from "@/components/admin/pager.tsx";
import { Section } from "@/components/ui/section.tsx";
import { operator, orLost } from "../operator.ts";

type Query = Record<string, string | string[] | undefined>;
type LoginsPageProps = { searchParams: Promise<Query> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.logins"))("title"), robots: { index: false } };
}

export default async function LoginsPage({ searchParams }: LoginsPageProps) {
  const admin = await operator("/admin/logins");
  const [query, t] = await Promise.all([searchParams, getTranslations("Admin.logins")]);
  const wish = wishOf(query);
  const { reference, institution, outcome } = wish;
  const before = textOf(query.before);
  const { logins, next } = await orLost(
    admin.logins.search({
      ...(reference && { reference }),
      ...(institution && { institution }),
      ...(outcome && { outcome }),
      ...span(wish),
      ...(before && { before }),
    }),
  );
  return (
    <AdminFrame title={t("title")}>
      <p>{t("explanation")}</p>
      <LoginSearchForm wish={wish} />
      <Section id="logins" title={t("found")}>
        <Logins logins={logins} />
        <Pager
          newest={before && `/admin/logins?${search(wish)}`}
          older={next && `/admin/logins?${search(wish)}&before=${next}`}
        />
      </Section>
    </AdminFrame>
  );
}

function textOf(value: string | string[] | undefined): string {
  return typeof value === "string" ? value.slice(0, 200) : "";
}

function wishOf(query: Query): LoginWish {
  return {
    reference: textOf(query.reference),
    institution: textOf(query.institution),
    outcome: textOf(query.outcome),
    from: textOf(query.from),
    to: textOf(query.to),
  };
}

function search(wish: LoginWish): string {
  return new URLSearchParams(Object.entries(wish).filter(([, value]) => value !== "")).toString();
}

/** Days of Japan's calendar, the last one included. What is no day is none. */
function span({ from, to }: LoginWish): { from?: Date; to?: Date } {
  const [first, last] = [from, to].map((day) => new Date(`${day}T00:00:00+09:00`));
  const isDay = (date: Date | undefined): date is Date => date !== undefined && !Number.isNaN(date.getTime());
  return {
    ...(isDay(first) && { from: first }),
    ...(isDay(last) && { to: new Date(last.getTime() + 24 * 60 * 60 * 1000) }),
  };
}
