import { getTranslations } from "next-intl/server";
import { Moment } from "@/components/ui/date-time.tsx";
import { languageOf } from "@/components/ui/language.ts";
import { readLetterHeads } from "@/server/mail/reading.ts";
import { readableOutbox, speakToReader } from "./outbox.ts";

/** Every mail that would have been sent, the newest first. */
export default async function OutboxPage() {
  const folder = await readableOutbox();
  await speakToReader();
  const [t, { letters, total }] = await Promise.all([getTranslations("Outbox"), readLetterHeads(folder)]);
  return (
    <>
      <h1>{t("title")}</h1>
      <p>{t("intro")}</p>
      <p>
        <a href="/outbox">{t("reload")}</a> <a href="/">{t("toTop")}</a>
      </p>
      {letters.length === 0 ? <p>{t("empty")}</p> : null}
      {letters.length < total ? <p>{t("more", { shown: letters.length, total })}</p> : null}
      <ul className="cards" aria-label={t("list")}>
        {letters.map(({ name, subject, to, date }) => (
          <li key={name} className="card">
            <p>
              <a href={`/outbox/${name}`} lang={languageOf(subject) ?? "en"}>
                {subject || t("noSubject")}
              </a>
            </p>
            <p>{to}</p>
            {date ? (
              <p>
                <Moment at={date} />
              </p>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}
