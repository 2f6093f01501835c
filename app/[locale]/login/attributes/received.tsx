/** What arrived, what of it cannot be used and why, what did not arrive, and what nobody reads here. */
import { getTranslations } from "next-intl/server";
import { Icon } from "@/components/ui/icons.tsx";
import { languageOf } from "@/components/ui/language.ts";
import type { Examination, NamedAttribute } from "@/server/federation/people/doctor.ts";

export async function Received({
  examination: { attributes, absent, unknown },
}: {
  examination: Examination;
}) {
  const t = await getTranslations("Doctor");
  return (
    <>
      <section className="stack" aria-labelledby="received">
        <h2 id="received">{t("receivedTitle")}</h2>
        {attributes.length === 0 && <p>{t("receivedNone")}</p>}
        <dl className="attributes">
          {attributes.map(({ values, ...attribute }) => (
            <div key={attribute.name}>
              <dt>
                <Named attribute={attribute} />
              </dt>
              {values.map(({ value, fault }) => (
                <dd key={`${fault} ${value}`}>
                  <bdi lang={languageOf(value)}>{value || t("noValue")}</bdi>
                  {fault && (
                    <p className="standing standing-faulty">
                      <Icon name="warning" />
                      <span>
                        <b>{t("notUsed")}</b> {t(`faults.${fault}`)}
                      </span>
                    </p>
                  )}
                </dd>
              ))}
            </div>
          ))}
        </dl>
      </section>
      {absent.length > 0 && (
        <section className="stack" aria-labelledby="absent">
          <h2 id="absent">{t("absentTitle")}</h2>
          <p>{t("absentHint")}</p>
          <ul className="bullets">
            {absent.map((attribute) => (
              <li key={attribute.name}>
                <Named attribute={attribute} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {unknown.length > 0 && (
        <section className="stack" aria-labelledby="unknown">
          <h2 id="unknown">{t("unknownTitle")}</h2>
          <p>{t("unknownHint")}</p>
          <ul className="bullets">
            {unknown.map((name) => (
              <li key={name} className="mono" lang="en">
                {name}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** In words, and as the institution's staff knows it. */
async function Named({ attribute: { name, formal, saml } }: { attribute: NamedAttribute }) {
  const t = await getTranslations("Doctor");
  return (
    <>
      {t(`names.${name}`)}{" "}
      <small className="mono" lang="en">
        {formal} ({saml})
      </small>
    </>
  );
}
