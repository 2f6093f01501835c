import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Contact } from "@/components/ui/contact.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { languageOf } from "@/components/ui/language.ts";
import { Notice } from "@/components/ui/notice.tsx";
import { api } from "@/server/api/caller.ts";
import type { LoginFailure } from "@/server/federation/login/failure.ts";
import { safePath } from "@/server/federation/login/safe-path.ts";
import { knownStatus } from "@/server/federation/login/statuses.ts";
import { type LoginCode, loginCodes } from "@/server/federation/refusal.ts";
import { Link } from "@/server/i18n/navigation.ts";
import type { Locale } from "@/server/i18n/routing.ts";
import { mailto } from "../mailto.ts";

type LoginErrorPageProps = {
  params: Promise<{ locale: Locale }>;
  searchParams: Promise<{ code?: string | string[]; ref?: string | string[]; to?: string | string[] }>;
};

export async function generateMetadata({ searchParams }: LoginErrorPageProps): Promise<Metadata> {
  const t = await getTranslations("LoginError");
  const { isStepUp } = await whatFailed(await searchParams);
  return { title: t(isStepUp ? "stepUp.title" : "title"), robots: { index: false } };
}

/** Why a login ended without a session: what happened, what to do, whom to ask. */
export default async function LoginErrorPage({ params, searchParams }: LoginErrorPageProps) {
  const [{ locale }, query, t] = await Promise.all([params, searchParams, getTranslations("LoginError")]);
  const { code, reference, failure, isStepUp } = await whatFailed(query);
  // One went back in the browser, or logged in from another tab: what failed changes nothing of it.
  const isSignedIn = !isStepUp && (await (await api()).session.me()).member !== null;
  return (
    <div className="stack prose">
      <h1>{t(isStepUp ? "stepUp.title" : "title")}</h1>
      <p>{t(isStepUp ? "stepUp.notDone" : isSignedIn ? "signedIn" : "notDone")}</p>
      <Notice tone="error" title={t("whatHappened")}>
        <p>{t(`codes.${code}.happened`)}</p>
        {failure && <InstitutionsAnswer failure={failure} />}
      </Notice>
      <Notice tone="info" title={t("whatToDo")}>
        <p>{t(`codes.${code}.toDo`)}</p>
      </Notice>
      <p className="actions">
        {isStepUp ? (
          <a
            className="button button-main"
            href={safePath(typeof query.to === "string" ? query.to : null, locale)}
          >
            {t("stepUp.back")}
          </a>
        ) : (
          <>
            {isSignedIn && (
              <Link className="button button-main" href="/certs">
                {t("toDashboard")}
              </Link>
            )}
            <Link className={`button ${isSignedIn ? "button-plain" : "button-main"}`} href="/login">
              {t("again")}
            </Link>
          </>
        )}
      </p>
      {reference && (
        <section className="stack" aria-labelledby="whom">
          <h2 id="whom">{t("whom")}</h2>
          <p>{t(failure ? "quote" : "quoteNumber")}</p>
          <Facts>
            <Fact name={t("reference")}>
              <b className="mono">{reference}</b>
            </Fact>
            {failure && (
              <Fact name={t("time")}>
                <Moment at={failure.at} />
              </Fact>
            )}
            {failure?.institution && (
              <Fact name={t("institution")}>
                <Institution failure={failure} locale={locale} />
              </Fact>
            )}
          </Facts>
          <PortalSupport />
        </section>
      )}
    </div>
  );
}

/** What the institution itself said, in words, and in its code for whoever is asked. */
async function InstitutionsAnswer({ failure: { status, subStatus } }: { failure: LoginFailure }) {
  const t = await getTranslations("LoginError");
  if (!status) return null;
  const known = knownStatus(subStatus) ?? knownStatus(status);
  return (
    <>
      <p>
        <b>{t("institutionSaid")}</b>
        <br />
        {known && t(`statuses.${known}`)}
      </p>
      <p className="hint">
        {t("statusCode")}{" "}
        <span className="mono" lang="en">
          {[status, subStatus].filter(Boolean).join(" / ")}
        </span>
      </p>
    </>
  );
}

async function Institution({ failure, locale }: { failure: LoginFailure; locale: Locale }) {
  const t = await getTranslations("LoginError");
  const { institution, code, reference, at, isStepUp } = failure;
  if (!institution) return null;
  const name = locale === "ja" ? institution.nameJa : institution.nameEn;
  const { contact, errorUrl } = institution;
  const what = isStepUp ? "stepUp" : "login";
  const body = { what, happened: t(`codes.${code}.happened`), reference, time: at.toISOString(), code };
  return (
    <>
      <p lang={languageOf(name)}>{name}</p>
      {errorUrl && (
        <p>
          <a href={errorUrl} rel="noreferrer">
            {t("institutionHelp")}
          </a>
        </p>
      )}
      <p>
        {contact ? (
          <a
            href={mailto(contact.mail, t("mailSubject", { reference }), [
              t("mailBody", body),
              t("mailBody", { ...body, happened: code }),
            ])}
          >
            {t("askInstitution", { mail: contact.mail })}
          </a>
        ) : (
          t("noContact")
        )}
      </p>
    </>
  );
}

async function PortalSupport() {
  const [t, caller] = await Promise.all([getTranslations("LoginError"), api()]);
  const contact = await caller.session.support();
  return contact && <p>{t.rich("askPortal", { contact: () => <Contact contact={contact} /> })}</p>;
}

/** By what was recorded under the reference number. The address alone says no more than which sentences to show. */
async function whatFailed({ code, ref }: { code?: unknown; ref?: unknown }): Promise<{
  code: LoginCode;
  reference: string | null;
  failure: LoginFailure | null;
  isStepUp: boolean;
}> {
  const reference = typeof ref === "string" && /^[0-9A-Z]{8}$/.test(ref) ? ref : null;
  const failure = reference ? await (await api()).login.failure({ reference }) : null;
  const named = failure?.code ?? loginCodes.find((known) => known === code) ?? "internal";
  return {
    code: named,
    reference,
    failure,
    isStepUp: failure?.isStepUp ?? named.startsWith("step_up_"),
  };
}
