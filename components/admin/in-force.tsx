import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import type { FederationView } from "./answers.ts";
import { Outcome } from "./outcome.tsx";
import { useRefusalWords } from "./refusal-words.ts";

/** What members may log in by, since when and until when, and how the last look at the source went. */
export function InForce({ view }: { view: FederationView }) {
  const t = useTranslations("Admin.federation");
  const wordsFor = useRefusalWords();
  const { source, institutions, failure } = view;
  const moment = (at: Date | null) => (at ? <Moment at={at} /> : t("never"));
  return (
    <Facts>
      <Fact name={t("facts.state")}>
        <Outcome isGood={view.inForce}>{t(view.inForce ? "states.inForce" : "states.none")}</Outcome>
      </Fact>
      <Fact name={t("facts.source")}>
        <p>{t(`sources.${source.kind}`)}</p>
        {source.url && <p className="entity-id">{source.url}</p>}
      </Fact>
      <Fact name={t("facts.institutions")}>{t("institutions", institutions)}</Fact>
      <Fact name={t("facts.validUntil")}>{moment(view.validUntil)}</Fact>
      {view.publishedAt && <Fact name={t("facts.publishedAt")}>{moment(view.publishedAt)}</Fact>}
      <Fact name={t("facts.loadedAt")}>{moment(view.loadedAt)}</Fact>
      <Fact name={t("facts.triedAt")}>
        {moment(view.triedAt)}
        {failure ? (
          <>
            <p>
              <Outcome isGood={false}>{wordsFor(failure.code)}</Outcome>
            </p>
            <p className="entity-id hint">{failure.found}</p>
          </>
        ) : (
          <p className="hint">{t("next")}</p>
        )}
        {failure && <p className="hint">{t("nextAfterFailure")}</p>}
      </Fact>
    </Facts>
  );
}
