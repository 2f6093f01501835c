import { useLocale, useTranslations } from "next-intl";
import { DistinguishedName } from "@/components/enrollment/distinguished-name.tsx";
import { Failure } from "@/components/enrollment/failure.tsx";
import { SerialNumber } from "@/components/enrollment/serial-number.tsx";
import { StateBadge, StatusBadge } from "@/components/enrollment/status-badge.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import type { ApplicationDetail } from "../answers.ts";

type Props = { application: ApplicationDetail };

/** Whose application it is, and how it stands. */
export function ApplicationFacts({ application }: Props) {
  const t = useTranslations("Admin.applications.one");
  const fields = useTranslations("Detail.fields");
  const kinds = useTranslations("Kind");
  const term = useTranslations("Detail.term");
  const isJapanese = useLocale() === "ja";
  const { member, institution, kind, months, status, serial, notBefore, notAfter, revokedAt } = application;
  return (
    <Facts>
      <Fact name={t("fields.member")}>
        {member.name}
        {member.nameLatin !== member.name && ` (${member.nameLatin})`}
        <p className="hint entity-id">{member.eppn ?? t("noEppn")}</p>
      </Fact>
      <Fact name={t("fields.institution")}>{isJapanese ? institution.nameJa : institution.nameEn}</Fact>
      <Fact name={t("fields.lastLogin")}>
        <Moment at={member.lastLoginAt} />
      </Fact>
      <Fact name={fields("number")}>
        {application.number}
        {application.formerNumber && (
          <p className="hint">{t("formerNumber", { number: application.formerNumber })}</p>
        )}
      </Fact>
      <Fact name={fields("kind")}>{kinds("withMonths", { kind: kinds(kind), months })}</Fact>
      <Fact name={fields("status")}>
        <StatusBadge status={status} />
        {application.failure && <Failure code={application.failure} words={application.failureWords} />}
      </Fact>
      <Fact name={fields("certificateState")}>
        <StateBadge state={application.certificateState} />
      </Fact>
      <Fact name={fields("requestedAt")}>
        <Moment at={application.requestedAt} />
      </Fact>
      <Fact name={fields("pin")}>
        <p>{t(`pin.${application.pin}`)}</p>
        <p className="hint">{t("pin.hidden")}</p>
      </Fact>
      <Fact name={t("fields.ticket")} id="ticket">
        <Ticket application={application} />
      </Fact>
      <Fact name={t("fields.mail")}>
        <span className="entity-id">{application.mail}</span>
      </Fact>
      <Fact name={fields("serial")}>{serial ? <SerialNumber serial={serial} /> : t("nothing")}</Fact>
      <Fact name={fields("dn")}>
        <DistinguishedName dn={application.dn} />
      </Fact>
      <Fact name={fields("term")}>
        {notBefore && notAfter
          ? term.rich("exact", { from: () => <Moment at={notBefore} />, to: () => <Moment at={notAfter} /> })
          : t("nothing")}
        {revokedAt && <p>{term.rich("revoked", { at: () => <Moment at={revokedAt} /> })}</p>}
      </Fact>
      <Decided application={application} />
    </Facts>
  );
}

/** The issuing site: open until when, or locked; never where it is. */
function Ticket({ application: { ticket, urlHeld } }: Props) {
  const t = useTranslations("Admin.applications.one.ticket");
  if (!ticket) return <p>{t("none")}</p>;
  return (
    <>
      <p>{t(ticket.locked ? "locked" : ticket.urlFrom === "ca" ? "ofCa" : "open")}</p>
      <p className="hint">{t.rich("until", { at: () => <Moment at={ticket.expiresAt} /> })}</p>
      {urlHeld && <p className="hint">{t("held")}</p>}
    </>
  );
}

/** Who approved, declined or had it revoked, and what they said. */
function Decided({ application: { approval, revocation } }: Props) {
  const t = useTranslations("Admin.applications.one");
  const reasons = useTranslations("Confirm.revoke.reasons");
  return (
    <>
      {approval && (
        <Fact name={t("fields.approval")}>
          {approval.decidedAt ? (
            <>
              <p>
                {t(
                  `approval.${approval.approved === null ? "ended" : approval.approved ? "approved" : "declined"}`,
                  {
                    who: approval.by ?? "",
                  },
                )}
              </p>
              {approval.reason && <p>{approval.reason}</p>}
              <p className="hint">
                <Moment at={approval.decidedAt} />
              </p>
            </>
          ) : (
            t("approval.waiting")
          )}
        </Fact>
      )}
      {revocation && (
        <Fact name={t("fields.revocation")}>
          <p>{reasons(revocation.reason as "unspecified")}</p>
          {revocation.words !== null && (
            <p>{t("revokedBy", { who: revocation.by ?? t("institutionRule"), words: revocation.words })}</p>
          )}
          <p className="hint">
            <Moment at={revocation.doneAt ?? revocation.askedAt} />
          </p>
        </Fact>
      )}
    </>
  );
}
