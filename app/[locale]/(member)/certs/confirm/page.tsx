import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ConfirmForm, type DeedFields } from "@/components/enrollment/confirm-form.tsx";
import { type Deed, type DeedAction, deeds } from "@/components/enrollment/deeds.ts";
import { Notice } from "@/components/ui/notice.tsx";
import { kindNames } from "@/server/enrollment/kind.ts";
import type { Hindrance } from "@/server/enrollment/lifecycle.ts";
import { Link, redirect } from "@/server/i18n/navigation.ts";
import { revocationReasons } from "@/server/ports.ts";
import { signedIn } from "../../signed-in.ts";
import { renewCertificate, requestCertificate, revokeCertificate } from "../actions.ts";
import { oneOf, toNumber } from "../form-values.ts";
import { ownEnrollment } from "../own-enrollment.ts";

type Query = Record<string, string | string[] | undefined>;
type ConfirmPageProps = { params: Promise<{ locale: "ja" | "en" }>; searchParams: Promise<Query> };

const actions: Record<Deed, DeedAction> = {
  request: requestCertificate,
  renew: renewCertificate,
  revoke: revokeCertificate,
};

export async function generateMetadata({ searchParams }: ConfirmPageProps): Promise<Metadata> {
  const deed = oneOf(deeds, (await searchParams).do) ?? "request";
  return { title: (await getTranslations("Confirm"))(`${deed}.title`) };
}

/** The question before sending, for those without JavaScript: the same words as the dialog's. */
export default async function ConfirmPage({ params, searchParams }: ConfirmPageProps) {
  const query = await searchParams;
  const deed = oneOf(deeds, query.do);
  const asked = deed && (deed === "request" ? await newRequest(query) : await onOwn(deed, query));
  if (!deed || !asked) return redirect({ href: "/certs", locale: (await params).locale });
  const [t, hindrances] = await Promise.all([getTranslations("Confirm"), getTranslations("Hindrance")]);
  return (
    <div className="stack prose">
      <h1>{t(`${deed}.title`)}</h1>
      {asked.hindrance ? (
        <>
          <Notice tone="info" title={hindrances(asked.hindrance)} />
          <p>
            <Link className="button button-plain" href={asked.backTo}>
              {t("back")}
            </Link>
          </p>
        </>
      ) : (
        <ConfirmForm
          deed={deed}
          fields={asked.fields}
          reason={oneOf(revocationReasons, query.reason)}
          action={actions[deed]}
          backTo={asked.backTo}
        />
      )}
    </div>
  );
}

type Asked = { fields: DeedFields; backTo: string; hindrance: Hindrance | null };

async function newRequest(query: Query): Promise<Asked | null> {
  const { months, key, mail } = query;
  const texts = Object.entries(query).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  await signedIn(`/certs/confirm?${new URLSearchParams(texts)}`);
  const kind = oneOf(kindNames, query.kind);
  if (!kind || typeof months !== "string" || typeof key !== "string") return null;
  const fields = { kind, months, key, ...(typeof mail === "string" && { mail }) };
  return { fields, backTo: "/certs", hindrance: null };
}

async function onOwn(deed: "renew" | "revoke", query: Query): Promise<Asked> {
  const text = String(toNumber(query.number));
  const enrollment = await ownEnrollment(text, `/certs/${text}`);
  const { number, kind, months, renewalHindrance, revocationHindrance } = enrollment;
  return {
    fields: {
      kind,
      months: String(months),
      number: String(number),
      ...(deed === "renew" && { sequence: String(toNumber(query.sequence)) }),
    },
    backTo: `/certs/${number}`,
    hindrance: deed === "renew" ? renewalHindrance : revocationHindrance,
  };
}
