import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { InstitutionName } from "@/components/admin/institution-name.tsx";
import { KeyOriginsForm } from "@/components/admin/key-origins-form.tsx";
import { NamesForm } from "@/components/admin/names-form.tsx";
import { PolicyForm } from "@/components/admin/policy-form.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { saveKeyOrigins, saveNames, savePolicy } from "../../actions.ts";
import { operator, orLost } from "../../operator.ts";

type Query = Record<
  "entity" | "saved" | "base" | "rule" | "seenBase" | "seenRule",
  string | string[] | undefined
>;
type PolicyPageProps = { searchParams: Promise<Query> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.policy"))("title"), robots: { index: false } };
}

export default async function PolicyPage({ searchParams }: PolicyPageProps) {
  const { entity, saved, base, ...typedWith } = await searchParams;
  const entityId = typeof entity === "string" ? entity : "";
  const admin = await operator(`/admin/institutions/policy?entity=${encodeURIComponent(entityId)}`);
  const [t, institution] = await Promise.all([
    getTranslations("Admin.policy"),
    orLost(admin.institutions.get({ entityId })),
  ]);
  const typed = saved === "names_refused" && typeof base === "string" ? base : null;
  const refused = typed === null ? null : await orLost(admin.institutions.faultOfBase({ dnBase: typed }));
  return (
    <AdminFrame title={t("title")}>
      {saved === "saved" && <Notice tone="success" role="status" title={t("saved")} />}
      {saved === "changed_meanwhile" && (
        <Notice tone="error" role="alert" title={t("changedMeanwhile")}>
          <p>{t("changedMeanwhileHint")}</p>
        </Notice>
      )}
      {saved === "none_chosen" && (
        <Notice tone="error" role="alert" title={t("keys.noneChosen")}>
          <p>{t("keys.noneChosenHint")}</p>
        </Notice>
      )}
      {refused && (
        <Notice tone="error" role="alert" title={t("names.refused")}>
          <p>
            <a href="#base">{t("names.base")}</a>
          </p>
        </Notice>
      )}
      <p>
        <InstitutionName institution={institution} />
      </p>
      <p>{t("explanation")}</p>
      <Notice tone="warning" title={t("warning")}>
        <p>{t("warningHint")}</p>
      </Notice>
      <PolicyForm institution={institution} action={savePolicy} />
      <section className="stack" aria-labelledby="keys">
        <h2 id="keys">{t("keys.title")}</h2>
        <p>{t("keys.explanation")}</p>
        <KeyOriginsForm institution={institution} action={saveKeyOrigins} />
      </section>
      <section className="stack" aria-labelledby="names">
        <h2 id="names">{t("names.title")}</h2>
        <p>{t("names.explanation")}</p>
        <NamesForm
          institution={institution}
          refused={
            refused && {
              fault: refused,
              dnBase: typed ?? "",
              rule: String(typedWith.rule),
              seen: { dnBase: String(typedWith.seenBase), cnRule: String(typedWith.seenRule) },
            }
          }
          action={saveNames}
        />
      </section>
      <p className="actions no-print">
        <Link className="button button-plain" href="/admin/institutions">
          {t("back")}
        </Link>
      </p>
    </AdminFrame>
  );
}
