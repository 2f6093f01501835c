import { useTranslations } from "next-intl";
import { Day, Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import type { WatchedIssuer } from "../answers.ts";
import { Outcome } from "../outcome.tsx";

const good: readonly WatchedIssuer["state"][] = ["issues", "signs", "keeps_lists"];
const bad: readonly WatchedIssuer["state"][] = ["revoked", "over"];

/** A CA: what it does, where its key is, until when, and what is published of it. */
export function Issuer({ issuer }: { issuer: WatchedIssuer }) {
  const t = useTranslations("Admin.ca");
  const { id, kind, generation, state, key, notBefore, notAfter, issuesFrom, fingerprint } = issuer;
  const words = t(`states.${state}`);
  return (
    <section className="card stack" aria-labelledby={`issuer-${id}`}>
      <h3 id={`issuer-${id}`}>{t("issuer", { kind: t(`kinds.${kind}`), generation })}</h3>
      <Facts>
        <Fact name={t("facts.state")}>
          {good.includes(state) || bad.includes(state) ? (
            <Outcome isGood={good.includes(state)}>{words}</Outcome>
          ) : (
            words
          )}
          {issuesFrom && (
            <p className="hint">
              {t("issuesFrom")} <Moment at={issuesFrom} />
            </p>
          )}
        </Fact>
        <Fact name={t("facts.id")}>
          <span className="mono">{id}</span>
        </Fact>
        <Fact name={t("facts.subject")}>
          <span className="entity-id">{issuer.subject}</span>
        </Fact>
        <Fact name={t("facts.key")}>
          {key === "sealed" || key === "offline" ? (
            t(`keys.${key}`)
          ) : (
            <span className="entity-id mono">{key}</span>
          )}
          {issuer.algorithm && <p className="hint">{issuer.algorithm}</p>}
        </Fact>
        <Fact name={t("facts.validity")}>
          {notBefore && notAfter ? (
            <>
              <Day at={notBefore} /> – <Day at={notAfter} />
            </>
          ) : (
            t("noCertificate")
          )}
        </Fact>
        {fingerprint && (
          <Fact name={t("facts.fingerprint")}>
            <code className="fingerprint">{fingerprint}</code>
          </Fact>
        )}
        {kind !== "root" && (
          <Fact name={t("facts.responders")}>
            {issuer.responders.length === 0
              ? t("noResponder")
              : issuer.responders.map(({ notBefore: from, notAfter: until }) => (
                  <p key={until.getTime()}>
                    {t("until")} <Moment at={until} />
                    <span className="hint">
                      {" "}
                      ({t("from")} <Moment at={from} />)
                    </span>
                  </p>
                ))}
          </Fact>
        )}
      </Facts>
      <Lists issuer={issuer} />
    </section>
  );
}

/** Revocation lists that are out, and the deltas upon them. */
function Lists({ issuer: { id, lists } }: { issuer: WatchedIssuer }) {
  const t = useTranslations("Admin.ca.lists");
  if (lists.length === 0) return <p>{t("none")}</p>;
  return (
    <>
      <h4 id={`lists-${id}`}>{t("title")}</h4>
      <ReflowingTable
        labelledBy={`lists-${id}`}
        columns={[t("list"), t("number"), t("thisUpdate"), t("nextUpdate"), t("entries"), t("delta")]}
        rows={lists.map((list) => ({
          key: String(list.shard),
          cells: [
            list.shard === 0 ? t("complete") : t("shard", { shard: list.shard }),
            String(list.number),
            <Moment key="this" at={list.thisUpdate} />,
            <div key="next">
              <Moment at={list.nextUpdate} />
              <p>
                <Outcome isGood={!list.isOutdated}>{t(list.isOutdated ? "outdated" : "current")}</Outcome>
              </p>
            </div>,
            t("count", { count: list.entries }),
            list.deltaThisUpdate ? <Moment key="delta" at={list.deltaThisUpdate} /> : t("noDelta"),
          ],
        }))}
      />
    </>
  );
}
