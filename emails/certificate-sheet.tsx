import type { ReactNode } from "react";
import { type About, ApplicationFacts, DetailWay, NotYou } from "./facts.tsx";
import { Paragraph, Part, Sheet } from "./parts.tsx";
import { subjectOf, words } from "./words.ts";

type CertificateSheetProps = {
  mail: "acquisition" | "renewal" | "revocation";
  about: About;
  /** What is known of the certificate besides its application. */
  children: ReactNode;
  /** What the reader may do now. */
  next: string;
  /** Whose words are for a reader who did not do it. */
  notYou: "acquisition" | "revocation" | "revokedFor";
};

/** A mail of what became of a certificate: what happened, to which one, what comes next, and what if it was not the reader. */
export function CertificateSheet({ mail, about, children, next, notYou }: CertificateSheetProps) {
  const { locale, name, support, kind } = about;
  const t = words(locale);
  const intro = t(`${mail}.intro`, { kind: t(`kind.${kind}`) });
  return (
    <Sheet locale={locale} title={subjectOf(mail, locale)} summary={intro} name={name} support={support}>
      <Paragraph>{intro}</Paragraph>
      <Part heading={t("facts.heading")}>
        <ApplicationFacts about={about} />
        {children}
        <Paragraph>{next}</Paragraph>
        <DetailWay about={about} />
      </Part>
      <NotYou heading={t(`${notYou}.notYouHeading`)} text={t(`${notYou}.notYou`)} />
    </Sheet>
  );
}
