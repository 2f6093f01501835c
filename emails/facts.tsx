/** What several mails say of a certificate in the same way. */
import { Fact, Paragraph, Part, Way } from "./parts.tsx";
import { type MailLocale, moment, words } from "./words.ts";

/** What every mail knows: its reader and the application it is about. */
export type About = {
  locale: MailLocale;
  /** The reader's name, as they write it in this language. */
  name: string;
  number: number;
  kind: "client" | "smime";
  months: number;
  /** The distinguished name, one RDN an element, CN first. */
  dn: readonly string[];
  /** The page 証明書の詳細 of the application. */
  detailUrl: string;
  /** Whom to ask: an address, a telephone number or a URL. */
  support?: string | undefined;
};

export type Serial = { hex: string; decimal: string };

export const aboutPreview: About = {
  locale: "ja",
  name: "国立 花子",
  number: 11,
  kind: "client",
  months: 52,
  dn: ["CN=Hanako Kokuritsu", "OU=No 11", "O=Demo University A", "L=Academe", "C=JP"],
  detailUrl: "https://portal.example.ac.jp/ja/certs/11",
  support: "support@example.ac.jp",
};

export function ApplicationFacts({ about }: { about: About }) {
  const { locale } = about;
  const t = words(locale);
  const kind = t("facts.kindWithMonths", { kind: t(`kind.${about.kind}`), months: about.months });
  return (
    <>
      <Fact locale={locale} name={t("facts.number")} lines={[String(about.number)]} />
      <Fact locale={locale} name={t("facts.kind")} lines={[kind]} />
      <Fact locale={locale} name={t("facts.dn")} lines={about.dn} />
    </>
  );
}

/** A serial number in both notations: systems show now one, now the other. */
export function SerialFact({ locale, name, serial }: { locale: MailLocale; name: string; serial: Serial }) {
  const t = words(locale);
  const lines = [
    t("facts.serialHex", { value: serial.hex }),
    t("facts.serialDecimal", { value: serial.decimal }),
  ];
  return <Fact locale={locale} name={name} lines={lines} />;
}

export function ValidityFact(props: { locale: MailLocale; notBefore: Date; notAfter: Date }) {
  const { locale } = props;
  const t = words(locale);
  const lines = [
    t("facts.notBefore", { time: moment(props.notBefore, locale) }),
    t("facts.notAfter", { time: moment(props.notAfter, locale) }),
  ];
  return <Fact locale={locale} name={t("facts.validity")} lines={lines} />;
}

export function DetailWay({ about }: { about: About }) {
  const t = words(about.locale);
  return <Way locale={about.locale} name={t("detail.label")} open={t("detail.open")} url={about.detailUrl} />;
}

/** What to do for one who did not do what the mail tells of. */
export function NotYou({ heading, text }: { heading: string; text: string }) {
  return (
    <Part heading={heading}>
      <Paragraph>{text}</Paragraph>
    </Part>
  );
}
