/** What the mails are built of: plain HTML that reads well without images, at any width, aloud, and as text. */
import type { ReactNode } from "react";
import { Body, Container, Head, Heading, Hr, Html, Section, Text } from "react-email";
import { type MailLocale, words } from "./words.ts";

const ink = "#1a1a1c";
const quiet = "#4d4d4d";
const blue = "#0017c1";
const fonts = "'Hiragino Sans', 'Noto Sans JP', 'Yu Gothic', Meiryo, sans-serif";
const mono = "'SFMono-Regular', Consolas, 'Noto Sans Mono CJK JP', monospace";
const line = { color: ink, fontSize: "16px", lineHeight: "1.7", margin: "0 0 16px" };

/** The sheet itself: greeting, what the mail says, who sent it. `summary` is what a list of mails shows beside the subject. */
export function Sheet(props: {
  locale: MailLocale;
  title: string;
  summary: string;
  name: string;
  support?: string | undefined;
  children: ReactNode;
}) {
  const t = words(props.locale);
  return (
    <Html lang={props.locale} dir="ltr">
      <Head>
        <title>{props.title}</title>
        <meta name="color-scheme" content="light" />
      </Head>
      <Body
        lang={props.locale}
        style={{ backgroundColor: "#ffffff", color: ink, fontFamily: fonts, margin: "0" }}
      >
        <div data-skip-in-text="true" style={{ display: "none", maxHeight: "0", overflow: "hidden" }}>
          {props.summary}
        </div>
        {/* A reader on the web drops html and title: the language and the name are said here again. */}
        <article aria-roledescription="email" aria-label={props.title} lang={props.locale}>
          <Container style={{ maxWidth: "640px", padding: "24px 16px" }}>
            <div data-skip-in-text="true">
              <Heading
                as="h1"
                style={{ color: ink, fontSize: "22px", lineHeight: "1.5", margin: "0 0 24px" }}
              >
                {props.title}
              </Heading>
            </div>
            <Paragraph>{t("greeting", { name: props.name })}</Paragraph>
            {props.children}
            <Hr style={{ borderColor: "#8c8c8c", margin: "32px 0 16px" }} />
            <Text style={{ ...line, color: quiet, fontSize: "14px", margin: "0 0 8px" }}>
              {t("signature")}
            </Text>
            {props.support ? (
              <Text style={{ ...line, color: quiet, fontSize: "14px", margin: "0 0 8px" }}>
                {t("label", { name: t("facts.support") })} {props.support}
              </Text>
            ) : null}
            <Text style={{ ...line, color: quiet, fontSize: "14px", margin: "0" }}>{t("automatic")}</Text>
          </Container>
        </article>
      </Body>
    </Html>
  );
}

export function Part({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Section style={{ marginTop: "24px" }}>
      <Heading as="h2" style={{ color: ink, fontSize: "18px", lineHeight: "1.6", margin: "0 0 8px" }}>
        {heading}
      </Heading>
      {children}
    </Section>
  );
}

export function Paragraph({ children }: { children: ReactNode }) {
  return <Text style={line}>{children}</Text>;
}

/** Label and value, the value in lines of its own. */
export function Fact({
  locale,
  name,
  lines,
}: {
  locale: MailLocale;
  name: string;
  lines: readonly string[];
}) {
  return (
    <dl style={{ margin: "0 0 12px" }}>
      <dt style={{ ...line, fontWeight: "bold", margin: "0" }}>{words(locale)("label", { name })}</dt>
      {lines.map((value) => (
        <dd key={value} style={{ ...line, margin: "0 0 0 16px", overflowWrap: "anywhere" }}>
          {value}
        </dd>
      ))}
    </dl>
  );
}

/** A link named by where it leads, and its URL written out whole, for readers without HTML and for checking where it leads. */
export function Way(props: { locale: MailLocale; name: string; open: string; url: string }) {
  return (
    <>
      <div data-skip-in-text="true" style={{ margin: "0 0 12px" }}>
        <a
          href={props.url}
          style={{
            backgroundColor: blue,
            borderRadius: "8px",
            color: "#ffffff",
            display: "inline-block",
            fontSize: "16px",
            fontWeight: "bold",
            lineHeight: "1.5",
            padding: "12px 20px",
            textDecoration: "underline",
          }}
        >
          {props.open}
        </a>
      </div>
      <dl style={{ margin: "0 0 16px" }}>
        <dt style={{ ...line, fontWeight: "bold", margin: "0" }}>
          {words(props.locale)("label", { name: props.name })}
        </dt>
        <dd
          className="url"
          style={{ ...line, fontFamily: mono, fontSize: "14px", margin: "0", overflowWrap: "anywhere" }}
        >
          {props.url}
        </dd>
      </dl>
    </>
  );
}
