import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { InstitutionName } from "@/components/admin/institution-name.tsx";
import { GiveForm } from "@/components/admin/people/give-form.tsx";
import { Holdings } from "@/components/admin/people/holdings.tsx";
import { RoleCard } from "@/components/admin/people/role-card.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { orLost, registrar } from "../../operator.ts";
import { give, take } from "../actions.ts";

type PersonPageProps = {
  params: Promise<{ id: string }>;
  searchParams: Promise<{ did?: string | string[] }>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.people"))("person"), robots: { index: false } };
}

const deeds = ["given", "changed", "already", "taken", "gone"] as const;
const quiet: readonly string[] = ["already", "gone"];

export default async function PersonPage({ params, searchParams }: PersonPageProps) {
  const { id } = await params;
  const { people } = await registrar(`/admin/people/${encodeURIComponent(id)}`);
  const [{ did }, t, deed, person] = await Promise.all([
    searchParams,
    getTranslations("Admin.people"),
    getTranslations("Admin.deed"),
    orLost(people.get({ id })),
  ]);
  const done = deeds.find((one) => one === did);
  const held = person.held.filter(({ inForce }) => inForce);
  const ended = person.held.filter(({ inForce }) => !inForce);
  const roleWords = (role: "registrar" | "operator") => ({
    name: t(`roles.${role}.name`),
    what: t(`roles.${role}.what`),
  });
  return (
    <AdminFrame title={person.name}>
      {done && (
        <Notice tone={quiet.includes(done) ? "info" : "success"} role="status" title={t(`did.${done}`)} />
      )}
      <Facts>
        <Fact name={t("columns.institution")}>
          <InstitutionName institution={person.institution} />
        </Fact>
        <Fact name="ePPN">{person.eppn ?? t("noEppn")}</Fact>
        <Fact name={t("subject")}>
          <span className="entity-id">{person.subject}</span>
        </Fact>
        <Fact name={t("columns.lastLogin")}>
          <Moment at={person.lastLoginAt} />
        </Fact>
      </Facts>
      <section className="stack" aria-labelledby="held">
        <h2 id="held">{t("held")}</h2>
        {held.length === 0 && <p>{t("member")}</p>}
        {held.map((one) => (
          <RoleCard key={one.id} held={one} person={person} take={take} />
        ))}
      </section>
      <section className="stack" aria-labelledby="give">
        <h2 id="give">{t("give")}</h2>
        <p>{t("giveHint")}</p>
        <GiveForm
          action={give}
          memberId={person.memberId}
          mayBe={person.mayBe}
          words={{
            legend: t("columns.role"),
            until: t("until"),
            untilHint: t("untilHint"),
            reason: deed("reason"),
            reasonHint: deed("reasonHint"),
            button: t("giveNow"),
            pending: deed("working"),
            roles: { registrar: roleWords("registrar"), operator: roleWords("operator") },
          }}
        />
      </section>
      {ended.length > 0 && (
        <section className="stack" aria-labelledby="ended">
          <h2 id="ended">{t("holders.ended")}</h2>
          <Holdings roles={ended.map((one) => ({ ...one, ...person, id: one.id }))} labelledBy="ended" />
        </section>
      )}
      <p className="actions no-print">
        <Link className="button button-plain" href="/admin/people">
          {t("back")}
        </Link>
      </p>
    </AdminFrame>
  );
}
