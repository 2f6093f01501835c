import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { Asking } from "@/components/enrollment/asking.tsx";
import { DistinguishedName } from "@/components/enrollment/distinguished-name.tsx";
import { Failure } from "@/components/enrollment/failure.tsx";
import { HeldUrl } from "@/components/enrollment/held-url.tsx";
import { History } from "@/components/enrollment/history.tsx";
import { Letters } from "@/components/enrollment/letters.tsx";
import { MemoForm } from "@/components/enrollment/memo-form.tsx";
import { Pin } from "@/components/enrollment/pin.tsx";
import { RenewButton } from "@/components/enrollment/renew-button.tsx";
import { RevokeButton } from "@/components/enrollment/revoke-button.tsx";
import { Serial } from "@/components/enrollment/serial.tsx";
import { StateBadge, StatusBadge } from "@/components/enrollment/status-badge.tsx";
import { Term } from "@/components/enrollment/term.tsx";
import { Trail } from "@/components/enrollment/trail.tsx";
import { Watch } from "@/components/enrollment/watch.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import { api } from "@/server/api/caller.ts";
import { Link, redirect } from "@/server/i18n/navigation.ts";
import { releaseUrl, renewCertificate, revokeCertificate, saveMemo, unlockTicket } from "../actions.ts";
import { ownEnrollment } from "../own-enrollment.ts";

type DetailPageProps = {
  params: Promise<{ number: string }>;
  searchParams: Promise<{ saved?: string; unlocked?: string; released?: string; disowned?: string }>;
};

export async function generateMetadata({ params }: DetailPageProps): Promise<Metadata> {
  const t = await getTranslations("Detail");
  return { title: `${t("title")} ${t("ofNumber", { number: (await params).number })}` };
}

export default async function DetailPage({ params, searchParams }: DetailPageProps) {
  const [{ number }, { saved, unlocked, released, disowned }] = await Promise.all([params, searchParams]);
  const here = `/certs/${number}`;
  const enrollment = await ownEnrollment(number, here);
  // Reached by the number it had before.
  if (String(enrollment.number) !== number) {
    redirect({ href: `/certs/${enrollment.number}`, locale: await getLocale() });
  }
  const [t, kinds, statuses, trail] = await Promise.all([
    getTranslations("Detail"),
    getTranslations("Kind"),
    getTranslations("Status"),
    api().then((caller) => caller.enrollment.trail({ number: enrollment.number })),
  ]);
  const { kind, months, status } = enrollment;
  return (
    <Asking actions={{ renew: renewCertificate, revoke: revokeCertificate }} backTo={here}>
      <h1>{t("title")}</h1>
      <Facts>
        <Fact name={t("fields.number")}>{enrollment.number}</Fact>
        <Fact name={t("fields.kind")}>{kinds("withMonths", { kind: kinds(kind), months })}</Fact>
        <Fact name={t("fields.status")}>
          <StatusBadge status={status} />
          <p className="hint">{enrollment.urlHeld ? t("next.url_held") : t(`next.${status}`)}</p>
          {enrollment.failure && <Failure code={enrollment.failure} words={enrollment.failureWords} />}
          {enrollment.turnedDownWords && <p>{t("turnedDown", { reason: enrollment.turnedDownWords })}</p>}
        </Fact>
        <Fact name={t("fields.certificateState")}>
          <StateBadge state={enrollment.certificateState} />
        </Fact>
        <Fact name={t("fields.requestedAt")}>
          <Moment at={enrollment.requestedAt} />
        </Fact>
        <Fact name={t("fields.pin")} id="pin">
          <Pin enrollment={enrollment} wasUnlocked={unlocked === "1"} unlock={unlockTicket} />
        </Fact>
        <Fact name={t("fields.letters")} id="letters">
          <Letters mail={enrollment.mail} letters={enrollment.letters} />
          <HeldUrl enrollment={enrollment} wasReleased={released === "1"} release={releaseUrl} />
        </Fact>
        <Fact name={t("fields.serial")}>
          <Serial enrollment={enrollment} />
        </Fact>
        <Fact name={t("fields.dn")}>
          <DistinguishedName dn={enrollment.dn} />
        </Fact>
        <Fact name={t("fields.term")}>
          <Term enrollment={enrollment} />
        </Fact>
        <Fact name={t("fields.memo")} id="memo">
          <MemoForm
            number={enrollment.number}
            memo={enrollment.memo}
            wasSaved={saved === "1"}
            action={saveMemo}
          />
        </Fact>
        <Fact name={t("fields.revoke")} className="no-print">
          <RevokeButton enrollment={enrollment} />
        </Fact>
        <Fact name={t("fields.renew")} className="no-print">
          <RenewButton enrollment={enrollment} />
        </Fact>
      </Facts>
      <p className="actions no-print">
        <Link className="button button-plain" href="/certs">
          {t("toDashboard")}
        </Link>
        <Link className="button button-plain" href={here} prefetch={false} scroll={false}>
          {t("refresh")}
        </Link>
        {enrollment.underWay && <span className="hint needs-script">{t("updatesItself")}</span>}
      </p>
      <Section id="history" title={t("history")}>
        <History entries={enrollment.history} />
      </Section>
      <Section id="trail" title={t("trail.title")}>
        {(disowned === "ended" || disowned === "told") && (
          <Notice tone="success" role="status" title={t("trail.done")}>
            <p>{t(disowned === "ended" ? "trail.doneEnded" : "trail.doneHint")}</p>
          </Notice>
        )}
        <p>{t("trail.explanation")}</p>
        <Trail entries={trail} labelledBy="trail" />
        <p className="actions no-print">
          <Link className="button button-plain" href={`${here}/disown`} prefetch={false}>
            {t("trail.notMe")}
          </Link>
        </p>
      </Section>
      <Watch
        pulse={enrollment.pulse}
        number={enrollment.number}
        isUnderWay={enrollment.underWay}
        words={{ [enrollment.number]: statuses(status) }}
      />
    </Asking>
  );
}
