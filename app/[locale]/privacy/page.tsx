/** What the portal receives, uses and keeps of a person. It has to stay true to what the code does; an operator's own statement stands in its place. */
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { Contact } from "@/components/ui/contact.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { Section } from "@/components/ui/section.tsx";
import { api } from "@/server/api/caller.ts";

type PageProps = { params: Promise<{ locale: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Privacy"))("title") };
}

const kept = ["person", "records", "session", "release", "log", "package"] as const;

export default async function PrivacyPage({ params }: PageProps) {
  const [{ locale }, t, caller] = await Promise.all([params, getTranslations("Privacy"), api()]);
  const [runBy, support] = await Promise.all([caller.session.runBy(), caller.session.support()]);
  if (runBy.privacyStatementUrl) redirect(runBy.privacyStatementUrl);
  const name = runBy.names[locale === "ja" ? "ja" : "en"] ?? runBy.names.ja ?? runBy.names.en;
  return (
    <div className="stack prose">
      <h1>{t("title")}</h1>
      <p>{t("lead")}</p>
      {name && <p>{t("operator", { name })}</p>}
      <Section id="received" title={t("received.title")}>
        <p>{t("received.lead")}</p>
        <ul className="bullets">
          <li>{t("received.names")}</li>
          <li>{t("received.mails")}</li>
          <li>{t("received.identifiers")}</li>
          <li>{t("received.proof")}</li>
          <li>{t("received.role")}</li>
          <li>{t("received.affiliation")}</li>
        </ul>
        <p>{t("received.password")}</p>
      </Section>
      <Section id="purpose" title={t("purpose.title")}>
        <ul className="bullets">
          <li>{t("purpose.apart")}</li>
          <li>{t("purpose.certificate")}</li>
          <li>{t("purpose.mail")}</li>
          <li>{t("purpose.policy")}</li>
        </ul>
        <p>{t("purpose.only")}</p>
      </Section>
      <Section id="kept" title={t("kept.title")}>
        <Facts>
          {kept.map((what) => (
            <Fact key={what} name={t(`kept.${what}`)}>
              {t(`kept.${what}Term`)}
            </Fact>
          ))}
        </Facts>
      </Section>
      <Section id="never" title={t("never.title")}>
        <ul className="bullets">
          <li>{t("never.key")}</li>
          <li>{t("never.pin")}</li>
          <li>{t("never.url")}</li>
        </ul>
      </Section>
      <Section id="seen" title={t("seen.title")}>
        <ul className="bullets">
          <li>{t("seen.registrar")}</li>
          <li>{t("seen.operator")}</li>
          <li>{t("seen.mail")}</li>
          <li>{t("seen.partner")}</li>
        </ul>
        <p>{t("seen.crl")}</p>
      </Section>
      <Section id="cookies" title={t("cookies.title")}>
        <p>{t("cookies.text")}</p>
      </Section>
      <Section id="contact" title={t("contact.title")}>
        <p>{t("contact.institution")}</p>
        {support && <p>{t.rich("contact.support", { contact: () => <Contact contact={support} /> })}</p>}
      </Section>
    </div>
  );
}
