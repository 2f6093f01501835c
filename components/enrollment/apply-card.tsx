import { useTranslations } from "next-intl";
import { Notice } from "@/components/ui/notice.tsx";
import type { Kind } from "@/server/enrollment/kind.ts";
import { kinds } from "@/server/enrollment/kind.ts";
import type { Dashboard } from "@/server/enrollment/views.ts";
import { Link } from "@/server/i18n/navigation.ts";
import { DeedForm } from "./deed-form.tsx";

type ApplyCardProps = { kind: Kind; dashboard: Dashboard };

/** One kind of certificate, its terms, and its apply button. */
export function ApplyCard({ kind, dashboard }: ApplyCardProps) {
  const t = useTranslations("Dashboard");
  const terms = dashboard.terms[kind];
  const obstacle = useObstacle(kind, dashboard);
  const titleId = `apply-${kind}`;
  return (
    <section className="card apply-card" aria-labelledby={titleId}>
      <h3 id={titleId}>{t(`apply.${kind}.title`)}</h3>
      <p>{t(`apply.${kind}.explanation`)}</p>
      {dashboard.institution.approvalFor.includes(kind) && <p>{t("approvalNeeded")}</p>}
      <DeedForm deed="request" fields={{ kind, key: dashboard.requestKeys[kind] }}>
        {!obstacle && <MailChoice kind={kind} mails={mailsFor(kind, dashboard)} />}
        <div className="field">
          <label htmlFor={`months-${kind}`}>{t("months")}</label>
          <select id={`months-${kind}`} name="months" className="select" defaultValue={terms[0]}>
            {terms.map((months) => (
              <option key={months} value={months}>
                {t("monthsOption", { months })}
              </option>
            ))}
          </select>
        </div>
        <button
          type="submit"
          className="button button-main button-wide"
          disabled={obstacle !== null}
          aria-describedby={obstacle ? `${titleId}-why` : undefined}
        >
          {t(`apply.${kind}.button`)}
        </button>
      </DeedForm>
      {obstacle && (
        <div id={`${titleId}-why`}>
          <Notice tone="info" title={obstacle}>
            {dashboard.mails.length === 0 && (
              <p>
                <Link href="/login/attributes">{t("obstacles.seeReleased")}</Link>
              </p>
            )}
          </Notice>
        </div>
      )}
    </section>
  );
}

/** Why there is nothing to apply for, in a sentence; null where there is. */
function useObstacle(kind: Kind, { mails, clientCertificates, institution }: Dashboard): string | null {
  const t = useTranslations("Dashboard.obstacles");
  if (mails.length === 0) return t("noMail");
  if (institution.isFull) return t("full");
  if (kinds[kind].oneAMail) {
    const [first] = mails;
    return mails.every(({ takenBy }) => takenBy !== null)
      ? t("allTaken", { number: first?.takenBy ?? 0 })
      : null;
  }
  const { living, limit } = clientCertificates;
  return living >= limit ? t("limit", { limit }) : null;
}

type Mails = Dashboard["mails"];

/** A client certificate holds no address, so that none is ever taken. */
function mailsFor(kind: Kind, { mails }: Dashboard): Mails {
  return kinds[kind].oneAMail ? mails : mails.map(({ mail }) => ({ mail, takenBy: null }));
}

/** For S/MIME the certificate's address; otherwise where the mails about it go, where there is a choice. */
function MailChoice({ kind, mails }: { kind: Kind; mails: Mails }) {
  const t = useTranslations("Dashboard");
  const free = mails.find(({ takenBy }) => takenBy === null);
  const label = t(kinds[kind].oneAMail ? "mail" : "mailForNotices");
  if (mails.length === 1 && free) {
    return (
      kinds[kind].oneAMail && (
        <div className="field">
          <p>
            <b>{label}</b>
            <br />
            {free.mail}
          </p>
          <input type="hidden" name="mail" value={free.mail} />
        </div>
      )
    );
  }
  return (
    <div className="field">
      <label htmlFor={`mail-${kind}`}>{label}</label>
      <select id={`mail-${kind}`} name="mail" className="select" defaultValue={free?.mail}>
        {mails.map(({ mail, takenBy }) => (
          <option key={mail} value={mail} disabled={takenBy !== null}>
            {takenBy === null ? mail : t("mailTaken", { mail, number: takenBy })}
          </option>
        ))}
      </select>
    </div>
  );
}
