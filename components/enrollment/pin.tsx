import { useLocale, useTranslations } from "next-intl";
import { CopyButton } from "@/components/ui/copy-button.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import type { Missing } from "@/server/assurance.ts";
import type { EnrollmentDetail } from "@/server/enrollment/views.ts";
import { Link } from "@/server/i18n/navigation.ts";
import type { DeedAction } from "./deeds.ts";
import { OneButtonForm } from "./one-button-form.tsx";
import { ProofNeeded } from "./proof-needed.tsx";

type PinProps = { enrollment: EnrollmentDetail; wasUnlocked: boolean; unlock: DeedAction };

/** PIN番号, and where the other half is. */
export function Pin({ enrollment, wasUnlocked, unlock }: PinProps) {
  const t = useTranslations("Detail.pin");
  const subjects = useTranslations("Mail.subject");
  const { pin, ticket, mail, number, status, urlHeld } = enrollment;
  if (pin.state === "not_yet") return <p>{t("notYet")}</p>;
  if (pin.state === "gone") return <p>{t("gone")}</p>;
  if (pin.state === "guarded") return <GuardedPin missing={pin.missing} number={number} />;
  const isToBeCollected = status === "pin_ready" || status === "renewal_pin_ready";
  const otherHalf = ticket?.urlFrom === "ca" ? "otherHalfOfCa" : urlHeld ? "otherHalfHeld" : "otherHalf";
  return (
    <>
      <p className="actions">
        <Groups value={pin.value} />
        <CopyButton
          value={pin.value}
          label={t("copy")}
          copiedLabel={t("copied")}
          failedLabel={t("copyFailed")}
        />
      </p>
      <p>
        {isToBeCollected
          ? t(otherHalf, { mail, subject: subjects("acceptance") })
          : t.rich("forInstalling", { guide: (text) => <Link href="/guide">{text}</Link> })}
      </p>
      {wasUnlocked && !ticket?.locked && <Notice tone="success" role="status" title={t("unlocked")} />}
      {ticket?.locked && (
        <Notice tone="warning" title={t("locked")}>
          <p>{t("lockedHint")}</p>
          <OneButtonForm name="Unlock" number={number} action={unlock} />
        </Notice>
      )}
      {ticket && (isToBeCollected || ticket.locked) && (
        <p className="hint">
          {t.rich("until", { at: () => <Moment at={ticket.expiresAt} /> })}
          {!ticket.locked &&
            ticket.triesLeft !== null &&
            ticket.triesLeft < 10 &&
            ` ${t("triesLeft", { tries: ticket.triesLeft })}`}
        </p>
      )}
    </>
  );
}

/** There, but not shown to a login that the institution finds too weak for it. */
function GuardedPin({ missing, number }: { missing: Missing; number: number }) {
  const t = useTranslations("Detail.pin");
  const locale = useLocale();
  return (
    <Notice tone="info" title={t(`guarded.${missing}.title`)}>
      <ProofNeeded deed="show_pin" missing={missing} to={`/${locale}/certs/${number}#pin`} />
    </Notice>
  );
}

/** Four by four for the eye; selected or copied it is one word of sixteen. */
function Groups({ value }: { value: string }) {
  const groups = value.match(/.{1,4}/g) ?? [];
  return (
    <code className="pin" translate="no">
      {groups.map((group, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two groups may be equal, and none ever moves
        <span key={index}>{group}</span>
      ))}
    </code>
  );
}
