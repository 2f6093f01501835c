import { useLocale, useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import type { LoginDetail } from "./answers.ts";
import { InstitutionName } from "./institution-name.tsx";
import { Outcome } from "./outcome.tsx";
import { useOutcomeWords } from "./outcome-words.ts";

/** One login: what its reader saw, and what was found. */
export function LoginFacts({ login }: { login: LoginDetail }) {
  const t = useTranslations("Admin.logins");
  const { code, reference, institution, step } = login;
  return (
    <Facts>
      <Fact name={t("columns.at")}>
        <Moment at={login.at} />
      </Fact>
      <Fact name={t("columns.outcome")}>{code === null ? <Success /> : <Refusal code={code} />}</Fact>
      <Fact name={t("columns.reference")}>
        {reference ? <span className="mono">{reference}</span> : t("noReference")}
      </Fact>
      <Fact name={t("columns.institution")}>
        {institution ? <InstitutionName institution={institution} /> : t("noInstitution")}
      </Fact>
      <Fact name={t("facts.step")}>
        {step === "start" || step === "answer" || step === "session" ? t(`steps.${step}`) : step}
      </Fact>
      <Fact name={t("facts.findings")}>
        <Findings findings={login.findings} />
      </Fact>
      <Fact name={t("facts.authnContext")}>
        <span className="entity-id">{login.authnContext ?? t("notStated")}</span>
      </Fact>
      <Fact name={t("facts.received")}>
        <Names names={login.received} />
      </Fact>
      <Fact name={t("facts.dropped")}>
        <Names names={login.dropped} />
      </Fact>
      <Fact name={t("facts.identifiedBy")}>{login.identifiedBy ?? t("notStated")}</Fact>
      <Fact name={t("facts.member")}>
        <MemberName member={login.member} />
      </Fact>
    </Facts>
  );
}

function Success() {
  return <Outcome isGood>{useTranslations("Admin.logins")("succeeded")}</Outcome>;
}

/** As the reader's page said it, with the code that the log has. */
function Refusal({ code }: { code: string }) {
  const { wordsFor, adviceFor } = useOutcomeWords();
  const advice = adviceFor(code);
  return (
    <>
      <Outcome isGood={false}>{wordsFor(code)}</Outcome>
      {advice && <p>{advice}</p>}
      <p className="mono hint">{code}</p>
    </>
  );
}

const named = ["expected", "actual", "status", "subStatus"] as const;

function Findings({ findings }: { findings: LoginDetail["findings"] }) {
  const t = useTranslations("Admin.logins");
  if (findings.length === 0) return t("nothing");
  return (
    <dl className="findings">
      {findings.map(({ name, text }) => {
        const known = named.find((one) => one === name);
        return (
          <div key={name}>
            <dt>{known ? t(`findings.${known}`) : name}</dt>
            <dd className="entity-id">{text}</dd>
          </div>
        );
      })}
    </dl>
  );
}

function Names({ names }: { names: readonly string[] }) {
  const t = useTranslations("Admin.logins");
  return names.length > 0 ? <span className="entity-id">{names.join(", ")}</span> : t("nothing");
}

function MemberName({ member }: { member: LoginDetail["member"] }) {
  const t = useTranslations("Admin.logins");
  const isJapanese = useLocale() === "ja";
  if (!member) return t("nobody");
  return (isJapanese && member.displayNameJa) || member.displayName;
}
