import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { Pager } from "@/components/admin/pager.tsx";
import { FoundPeople } from "@/components/admin/people/found.tsx";
import { Holdings } from "@/components/admin/people/holdings.tsx";
import { SearchForm } from "@/components/admin/search-fields.tsx";
import { Section } from "@/components/ui/section.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { orLost, registrar } from "../operator.ts";

type Query = Record<"q" | "state" | "before", string | string[] | undefined>;
type PeoplePageProps = { searchParams: Promise<Query> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.people"))("title"), robots: { index: false } };
}

const states = ["in_force", "ended"] as const;

export default async function PeoplePage({ searchParams }: PeoplePageProps) {
  const { people } = await registrar("/admin/people");
  const [query, t] = await Promise.all([searchParams, getTranslations("Admin.people")]);
  const q = typeof query.q === "string" ? query.q.trim().slice(0, 300) : "";
  const state = query.state === "ended" ? "ended" : "in_force";
  const before = typeof query.before === "string" ? query.before : undefined;
  const [found, { roles, next }] = await orLost(
    Promise.all([
      q === "" ? null : people.find({ text: q }),
      people.holders({ state, ...(before && { before }) }),
    ]),
  );
  return (
    <AdminFrame title={t("title")}>
      <p>{t("explanation")}</p>
      <SearchForm find={t("find")}>
        <div className="field md:col-span-2">
          <label htmlFor="q">{t("search")}</label>
          <input
            id="q"
            name="q"
            className="input"
            defaultValue={q}
            autoComplete="off"
            spellCheck={false}
            aria-describedby="q-hint"
          />
          <p id="q-hint" className="hint">
            {t("searchHint")}
          </p>
        </div>
      </SearchForm>
      {found && (
        <Section id="found" title={t("found")}>
          <FoundPeople people={found} labelledBy="found" />
        </Section>
      )}
      <Section id="holders" title={t(`holders.${state}`)}>
        <p className="actions no-print">
          {states
            .filter((one) => one !== state)
            .map((one) => (
              <Link
                key={one}
                className="button button-plain"
                href={`/admin/people?state=${one}`}
                prefetch={false}
              >
                {t(`show.${one}`)}
              </Link>
            ))}
        </p>
        <Holdings roles={roles} labelledBy="holders" />
        <Pager older={next && `/admin/people?state=${state}&before=${next}`} />
      </Section>
    </AdminFrame>
  );
}
