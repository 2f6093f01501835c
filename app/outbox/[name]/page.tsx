import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { framed } from "@/components/ui/framed.ts";
import { languageOf } from "@/components/ui/language.ts";
import { readLetter } from "@/server/mail/reading.ts";
import { readableOutbox, speakToReader } from "../outbox.ts";
import { TextWithLinks } from "./text-with-links.tsx";

type OutboxLetterProps = { params: Promise<{ name: string }> };

export async function generateMetadata({ params }: OutboxLetterProps): Promise<Metadata> {
  const folder = await readableOutbox();
  await speakToReader();
  const [t, letter] = [await getTranslations("Outbox"), await readLetter(folder, (await params).name)];
  return { title: letter ? `${letter.subject || t("noSubject")} | ${t("title")}` : t("notFound") };
}

export default async function OutboxLetterPage({ params }: OutboxLetterProps) {
  const folder = await readableOutbox();
  await speakToReader();
  const { name } = await params;
  const [t, letter] = await Promise.all([getTranslations("Outbox"), readLetter(folder, name)]);
  if (!letter) notFound();
  const { subject, from, to, date, text, html, headers } = letter;
  const language = languageOf(subject) ?? "en";
  return (
    <>
      <p>
        <a href="/outbox">{t("back")}</a>
      </p>
      <h1 lang={language}>{subject || t("noSubject")}</h1>
      <Facts>
        <Fact name={t("from")}>{from}</Fact>
        <Fact name={t("to")}>{to}</Fact>
        {date ? (
          <Fact name={t("date")}>
            <Moment at={date} />
          </Fact>
        ) : null}
      </Facts>
      <p>
        <a href={`/outbox/${name}/eml`} download>
          {t("download")}
        </a>
      </p>
      <h2 id="text">{t("text")}</h2>
      <section className="card whitespace-pre-wrap" aria-labelledby="text" lang={language}>
        <TextWithLinks text={text} />
      </section>
      <h2 id="html">{t("html")}</h2>
      <iframe
        className="card h-[48rem] w-full p-0"
        title={t("html")}
        sandbox="allow-top-navigation-by-user-activation"
        srcDoc={framed(html)}
      />
      <details>
        <summary>{t("headers")}</summary>
        <ul>
          {headers.map((header) => (
            <li key={header.name} className="mono">
              {t("header", header)}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}
