import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { type FaultQuery, ListFault } from "@/components/admin/given/list-fault.tsx";
import { ListForms } from "@/components/admin/given/list-forms.tsx";
import { Offboardings } from "@/components/admin/offboardings/list.tsx";
import { Pager } from "@/components/admin/pager.tsx";
import { ProofNeeded } from "@/components/enrollment/proof-needed.tsx";
import { Section } from "@/components/ui/section.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { Locale } from "@/server/i18n/routing.ts";
import { signedIn } from "../../(member)/signed-in.ts";
import { textOf } from "../days.ts";
import { giveLeavers } from "../given/give.ts";
import { orLost, registrar } from "../operator.ts";

type OffboardingsPageProps = {
  params: Promise<{ locale: Locale }>;
  searchParams: Promise<FaultQuery & { before?: string | string[] }>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.offboardings"))("title"), robots: { index: false } };
}

const path = "/admin/offboardings";

export default async function OffboardingsPage({ params, searchParams }: OffboardingsPageProps) {
  const { offboardings: asked } = await registrar(path);
  const { session } = await signedIn(path);
  const [{ locale }, query, t] = await Promise.all([
    params,
    searchParams,
    getTranslations("Admin.offboardings"),
  ]);
  const before = textOf(query.before);
  const [institutions, { offboardings, next }, missing] = await Promise.all([
    asked.institutions(),
    orLost(asked.list(before ? { before } : {})),
    session.missingFor({ deed: "off_board" }),
  ]);
  return (
    <AdminFrame title={t("title")}>
      <ListFault query={query} />
      <p>{t("explanation")}</p>
      <Section id="new" title={t("new")}>
        <p>{t("newHint")}</p>
        {missing ? (
          <ProofNeeded deed="off_board" missing={missing} to={`/${locale}${path}`} />
        ) : (
          <ListForms
            section="offboardings"
            give={giveLeavers}
            institutions={institutions}
            example="hanako@example.ac.jp"
            label={t("paste")}
          />
        )}
      </Section>
      <Section id="asked" title={t("asked")}>
        <Offboardings offboardings={offboardings} labelledBy="asked" />
        <Pager newest={before && path} older={next && `${path}?before=${next}`} />
      </Section>
      <Section id="other-ways" title={t("otherWays")}>
        <ul className="bullets">
          <li>
            {t.rich("byAffiliation", {
              settings: (text) => <Link href="/admin/institutions">{text}</Link>,
            })}
          </li>
          <li>{t.rich("byApi", { tokens: (text) => <Link href="/admin/tokens">{text}</Link> })}</li>
        </ul>
      </Section>
    </AdminFrame>
  );
}
