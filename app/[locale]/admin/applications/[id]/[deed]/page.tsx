import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { ApplicationLine } from "@/components/admin/applications/application-line.tsx";
import { ConfirmDeed } from "@/components/admin/applications/confirm-deed.tsx";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { ProofNeeded } from "@/components/enrollment/proof-needed.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { api } from "@/server/api/caller.ts";
import { Link } from "@/server/i18n/navigation.ts";
import { revocationReasons } from "@/server/ports.ts";
import { lost } from "../../../../lost.ts";
import { orLost, registrar } from "../../../operator.ts";
import { cancel, revoke, unlock } from "../actions.ts";

const actions = { revoke, cancel, unlock };
const deeds = ["revoke", "cancel", "unlock"] as const;

type DeedPageProps = {
  params: Promise<{ id: string; deed: string }>;
  searchParams: Promise<{ words?: string | string[]; reason?: string | string[] }>;
};

async function deedOf(params: DeedPageProps["params"]) {
  const { deed } = await params;
  return deeds.find((one) => one === deed) ?? lost();
}

export async function generateMetadata({ params }: DeedPageProps): Promise<Metadata> {
  const t = await getTranslations("Admin.applications.deeds");
  return { title: t(`${await deedOf(params)}.title`), robots: { index: false } };
}

/** The question before a registrar's deed. A strong login, where the institution wants one, comes before anything is typed. */
export default async function DeedPage({ params, searchParams }: DeedPageProps) {
  const [{ id }, deed, query, locale] = await Promise.all([
    params,
    deedOf(params),
    searchParams,
    getLocale(),
  ]);
  const page = `/admin/applications/${encodeURIComponent(id)}`;
  const { applications } = await registrar(`${page}/${deed}`);
  const [application, t, missing] = await Promise.all([
    orLost(applications.get({ id })),
    getTranslations("Admin.applications.deeds"),
    deed === "revoke" ? (await api()).session.missingFor({ deed: "revoke_for" }) : null,
  ]);
  const back = (
    <p>
      <Link className="button button-plain" href={page}>
        {t("back")}
      </Link>
    </p>
  );
  const words = typeof query.words === "string" ? query.words : "";
  return (
    <AdminFrame title={t(`${deed}.title`)}>
      <ApplicationLine application={application} />
      {application.mayNot[deed] ? (
        <>
          <Notice tone="info" title={t(`${deed}.notNow`)} />
          {back}
        </>
      ) : missing ? (
        <>
          <ProofNeeded deed="revoke_for" missing={missing} to={`/${locale}${page}/${deed}`} />
          {back}
        </>
      ) : (
        <>
          <Notice tone="warning" title={t(`${deed}.warning`)} />
          <ConfirmDeed
            action={actions[deed]}
            fields={[["id", application.id]]}
            wordsHint={t(`${deed}.wordsHint`)}
            choosesReason={deed === "revoke"}
            before={{ words, reason: revocationReasons.find((one) => one === query.reason) }}
            button={t(`${deed}.button`)}
            grave={deed !== "unlock"}
            backTo={page}
          />
        </>
      )}
    </AdminFrame>
  );
}
