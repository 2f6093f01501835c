import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { CopyButton } from "@/components/ui/copy-button.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { Icon } from "@/components/ui/icons.tsx";
import { languageOf } from "@/components/ui/language.ts";
import { Notice } from "@/components/ui/notice.tsx";
import { api } from "@/server/api/caller.ts";
import type { Examination, Standing } from "@/server/federation/people/doctor.ts";
import { Link } from "@/server/i18n/navigation.ts";
import type { Locale } from "@/server/i18n/routing.ts";
import { mailto } from "../mailto.ts";
import { letterOf } from "./letter.ts";
import { Received } from "./received.tsx";
import { wayOf } from "./way.ts";

type AttributesPageProps = {
  params: Promise<{ locale: Locale }>;
  searchParams: Promise<{ ref?: string | string[] }>;
};

export async function generateMetadata({ searchParams }: AttributesPageProps): Promise<Metadata> {
  const t = await getTranslations("Doctor");
  const isRefused = (await searchParams).ref !== undefined;
  return { title: t(isRefused ? "refusedTitle" : "title"), robots: { index: false } };
}

/** The attribute doctor: what arrived, what it is good for, what is missing, and whom to tell. `ref`: of a login that ended here. */
export default async function AttributesPage({ params, searchParams }: AttributesPageProps) {
  const [{ locale }, { ref }, t, caller] = await Promise.all([
    params,
    searchParams,
    getTranslations("Doctor"),
    api(),
  ]);
  const isRefused = ref !== undefined;
  const reference = typeof ref === "string" && /^[0-9A-Z]{8}$/.test(ref) ? ref : null;
  const { member } = await caller.session.me();
  const examination =
    isRefused && !reference ? null : await caller.login.released({ reference: reference ?? null });
  return (
    <div className="stack prose">
      <h1>{t(isRefused ? "refusedTitle" : "title")}</h1>
      {isRefused && <p>{t("notDone")}</p>}
      {isRefused && <WhatToDo isExamined={examination !== null} />}
      {examination ? (
        <Examined examination={examination} locale={locale} />
      ) : (
        <>
          <Notice tone="info" title={t("nothing")}>
            <p>{t("nothingHint")}</p>
          </Notice>
          {reference && <Reference reference={reference} />}
        </>
      )}
      <p className="actions no-print">
        {member && !isRefused ? (
          <Link className="button button-plain" href="/certs">
            {t("toDashboard")}
          </Link>
        ) : (
          <Link className="button button-plain" href={isRefused ? "/login" : backHere(locale)}>
            {t("toLogin")}
          </Link>
        )}
      </p>
    </div>
  );
}

/** A login that leads back to this page, and to what arrives then. */
function backHere(locale: Locale) {
  return { pathname: "/login", query: { to: `/${locale}/login/attributes` } };
}

async function WhatToDo({ isExamined }: { isExamined: boolean }) {
  const [t, errors] = await Promise.all([getTranslations("Doctor"), getTranslations("LoginError")]);
  return (
    <>
      <Notice tone="error" title={errors("whatHappened")}>
        <p>{errors("codes.no_identifier.happened")}</p>
      </Notice>
      <Notice tone="info" title={errors("whatToDo")}>
        <p>{errors("codes.no_identifier.toDo")}</p>
        {isExamined && (
          <p>
            <a href="#letter">{t("toLetter")}</a>
          </p>
        )}
      </Notice>
    </>
  );
}

async function Reference({ reference }: { reference: string }) {
  const t = await getTranslations("LoginError");
  return (
    <Facts>
      <Fact name={t("reference")}>
        <b className="mono">{reference}</b>
      </Fact>
    </Facts>
  );
}

async function Examined({ examination, locale }: { examination: Examination; locale: Locale }) {
  const [t, errors] = await Promise.all([getTranslations("Doctor"), getTranslations("LoginError")]);
  const { institution, entityId, at, authnContext, reference, standings } = examination;
  const name = (locale === "ja" ? institution?.nameJa : institution?.nameEn) ?? entityId;
  const way = wayOf(authnContext);
  return (
    <>
      <p>{t("lead")}</p>
      <Facts>
        <Fact name={t("institution")}>
          <span lang={languageOf(name)}>{name}</span>
        </Fact>
        <Fact name={t("at")}>
          <Moment at={at} />
        </Fact>
        {reference && (
          <Fact name={errors("reference")}>
            <b className="mono">{reference}</b>
          </Fact>
        )}
        {authnContext && (
          <Fact name={t("authnContext")}>
            {way && <p>{t(`contexts.${way}`)}</p>}
            <small className="mono" lang="en">
              {authnContext}
            </small>
          </Fact>
        )}
      </Facts>
      <section className="stack" aria-labelledby="uses">
        <h2 id="uses">{t("usesTitle")}</h2>
        <Facts>
          {standings.map((standing) => (
            <Fact key={standing.use} name={t(`uses.${standing.use}`)}>
              <Use standing={standing} />
            </Fact>
          ))}
        </Facts>
      </section>
      <Letter examination={examination} />
      <Received examination={examination} />
    </>
  );
}

const tones = {
  good: "check",
  weak: "info",
  missing: "warning",
  faulty: "warning",
  unasked: "info",
} as const;

async function Use({ standing: { use, state, attributes } }: { standing: Standing }) {
  const t = await getTranslations("Doctor");
  const isBad = state === "missing" || state === "faulty";
  return (
    <>
      <p className={`standing standing-${state}`}>
        <Icon name={tones[state]} />
        <b>{use === "aal2" && state === "weak" ? t("aal2Weak") : t(`states.${state}`)}</b>
      </p>
      <p>{t(`why.${use}`, { state })}</p>
      {isBad && attributes.length > 1 && (
        <ul className="bullets">
          {attributes.map((name) => (
            <li key={name}>{t(`names.${name}`)}</li>
          ))}
        </ul>
      )}
    </>
  );
}

async function Letter({ examination }: { examination: Examination }) {
  const [t, ja, en] = await Promise.all([
    getTranslations("Doctor"),
    getTranslations({ locale: "ja", namespace: "Doctor" }),
    getTranslations({ locale: "en", namespace: "Doctor" }),
  ]);
  const letter = letterOf(examination, ja, en);
  const contact = examination.institution?.contact;
  return (
    <section className="stack" aria-labelledby="letter">
      <h2 id="letter">{t("letterTitle")}</h2>
      {letter ? (
        <>
          <p>{t("letterHint")}</p>
          {contact ? (
            <p className="actions">
              <a
                className="button button-main"
                href={mailto(contact.mail, letter.subject, [letter.text, letter.brief])}
              >
                {t("letterMail", { mail: contact.mail })}
              </a>
            </p>
          ) : (
            <p>{t("letterNoContact")}</p>
          )}
          <div className="field">
            <label htmlFor="letter-text">{t("letterLabel")}</label>
            <textarea
              id="letter-text"
              className="input letter-text"
              readOnly
              rows={letter.text.split("\n").length + 4}
              value={letter.text}
            />
          </div>
          <CopyButton
            value={letter.text}
            label={t("copy")}
            copiedLabel={t("copied")}
            failedLabel={t("copyFailed")}
          />
        </>
      ) : (
        <p>{t("letterNone")}</p>
      )}
    </section>
  );
}
