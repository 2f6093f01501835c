/** 発行受付通知: the PIN has been issued. Holds the URL of the ticket, and says where the other half, the PIN, is. */
import { type About, ApplicationFacts, aboutPreview, DetailWay, NotYou } from "./facts.tsx";
import { Fact, Paragraph, Part, Sheet, Way } from "./parts.tsx";
import { moment, subjectOf, words } from "./words.ts";

export type AcceptanceProps = About & {
  /** Whether it is a renewal, so that a certificate is there already. */
  renewal: boolean;
  /** 証明書取得URL. */
  collectUrl: string;
  collectUntil: Date;
};

export default function Acceptance(props: AcceptanceProps) {
  const { locale } = props;
  const t = words(locale);
  const kind = t(`kind.${props.kind}`);
  const intro = t(props.renewal ? "acceptance.introRenewal" : "acceptance.intro", { kind });
  return (
    <Sheet
      locale={locale}
      title={subjectOf("acceptance", locale)}
      summary={intro}
      name={props.name}
      support={props.support}
    >
      <Paragraph>{intro}</Paragraph>
      <Part heading={t("acceptance.pinHeading")}>
        <Paragraph>{t("acceptance.pin")}</Paragraph>
        <DetailWay about={props} />
      </Part>
      <Part heading={t("acceptance.collectHeading", { kind })}>
        <Paragraph>{t("acceptance.collect")}</Paragraph>
        <Way
          locale={locale}
          name={t("acceptance.collectUrl")}
          open={t("acceptance.open")}
          url={props.collectUrl}
        />
        <Fact locale={locale} name={t("acceptance.until")} lines={[moment(props.collectUntil, locale)]} />
        <Paragraph>{t("acceptance.lapse")}</Paragraph>
        <Paragraph>{t("acceptance.keep")}</Paragraph>
      </Part>
      <Part heading={t("facts.heading")}>
        <ApplicationFacts about={props} />
      </Part>
      <NotYou heading={t("acceptance.notYouHeading")} text={t("acceptance.notYou")} />
    </Sheet>
  );
}

Acceptance.PreviewProps = {
  ...aboutPreview,
  renewal: false,
  collectUrl: `https://portal.example.ac.jp/ja/issue/${"A1b2C3d4".repeat(8)}`,
  collectUntil: new Date("2026-12-22T08:36:42Z"),
} satisfies AcceptanceProps;
