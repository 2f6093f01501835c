import { useTranslations } from "next-intl";
import { Day, Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import type { UpkiOverview } from "../answers.ts";
import { Outcome } from "../outcome.tsx";
import { useSiteFaultWords } from "./code-words.ts";

type SiteView = NonNullable<UpkiOverview["site"]>;

/** What only operators see: how the site does, until when the registrar's certificate opens it, and what is to be fetched. */
export function SiteFacts({ site: { fault, credential, pins } }: { site: SiteView }) {
  const t = useTranslations("Admin.upki");
  return (
    <Facts>
      <Fact name={t("site.fault")}>
        {fault ? <SiteFault fault={fault} /> : <Outcome isGood>{t("site.noFault")}</Outcome>}
      </Fact>
      <Fact name={t("site.credential")}>
        <Credential credential={credential} />
      </Fact>
      <Fact name={t("site.pins")}>{t("count", { count: pins })}</Fact>
    </Facts>
  );
}

function SiteFault({ fault: { words, at, restUntil } }: { fault: NonNullable<SiteView["fault"]> }) {
  const t = useTranslations("Admin.upki.site");
  const wordsFor = useSiteFaultWords();
  return (
    <>
      <Outcome isGood={false}>{wordsFor(words)}</Outcome>
      <p>
        <Moment at={at} />
      </p>
      <p className="entity-id hint">{words}</p>
      {restUntil && <p>{t.rich("restUntil", { at: () => <Moment at={restUntil} /> })}</p>}
    </>
  );
}

function Credential({ credential }: Pick<SiteView, "credential">) {
  const t = useTranslations("Admin.upki.site");
  if (!credential) return t("credentialNone");
  if ("fault" in credential) {
    return (
      <>
        <Outcome isGood={false}>{t("unreadable")}</Outcome>
        <p className="entity-id hint">{credential.fault}</p>
      </>
    );
  }
  const { subject, notAfter } = credential;
  return (
    <>
      <p className="entity-id">{subject}</p>
      <p>{t.rich("notAfter", { at: () => <Moment at={notAfter} /> })}</p>
    </>
  );
}

/** While there is still time, or no longer. */
export function CredentialWarning({ site, now }: { site: SiteView; now: Date }) {
  const t = useTranslations("Admin.upki.site");
  const { credential, endsSoon } = site;
  if (!credential || !endsSoon || "fault" in credential) return null;
  const { notAfter } = credential;
  const isOver = notAfter <= now;
  return (
    <Notice tone={isOver ? "error" : "warning"} title={t(isOver ? "ended" : "endsSoon")}>
      <p>{t.rich("endsSoonHint", { at: () => <Day at={notAfter} /> })}</p>
    </Notice>
  );
}
