import { useTranslations } from "next-intl";
import { SerialNumber } from "@/components/enrollment/serial-number.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { languageOf } from "@/components/ui/language.ts";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { DeadLetter } from "../answers.ts";
import { useDeadWords } from "./code-words.ts";
import { Dn } from "./dn.tsx";

type LettersProps = { letters: readonly DeadLetter[]; retry: (form: FormData) => Promise<void> };

/** Each with what is known of it, and what may be done about it. */
export function Letters({ letters, retry }: LettersProps) {
  const t = useTranslations("Admin.upki.dead");
  if (letters.length === 0) return <p>{t("none")}</p>;
  return (
    <ul className="stack">
      {letters.map((letter, at) => (
        <li key={letter.id}>
          <article className="card stack" aria-labelledby={`letter-${at}`}>
            <h2 id={`letter-${at}`}>
              {t(letter.what)}{" "}
              {letter.subject && <bdi lang={languageOf(letter.subject)}>{letter.subject}</bdi>}
            </h2>
            <LetterFacts letter={letter} />
            <LetterDeeds letter={letter} labelledBy={`letter-${at}`} retry={retry} />
          </article>
        </li>
      ))}
    </ul>
  );
}

/** Why it is here, and what was read of it. */
export function LetterFacts({ letter: { reason, at, dn, serial, names } }: { letter: DeadLetter }) {
  const t = useTranslations("Admin.upki.dead.facts");
  const wordsFor = useDeadWords();
  return (
    <Facts>
      <Fact name={t("reason")}>{wordsFor(reason)}</Fact>
      <Fact name={t("at")}>
        <Moment at={at} />
      </Fact>
      {dn && (
        <Fact name={t("dn")}>
          <Dn dn={dn} />
        </Fact>
      )}
      {serial && (
        <Fact name={t("serial")}>
          <SerialNumber serial={serial} />
        </Fact>
      )}
      {names.length > 0 && (
        <Fact name={t("names")}>
          <ul className="bullets">
            {names.map((name) => (
              <li key={name}>
                <Dn dn={name} />
              </li>
            ))}
          </ul>
        </Fact>
      )}
    </Facts>
  );
}

type LetterDeedsProps = { letter: DeadLetter; labelledBy: string; retry: LettersProps["retry"] };

/** A mail that was verified and understood, or a name of a file with PINs, may be said to mean an order. */
function LetterDeeds({ letter: { id, what, dn, names }, labelledBy, retry }: LetterDeedsProps) {
  const t = useTranslations("Admin.upki");
  const query = new URLSearchParams({ what, id });
  return (
    <div className="actions no-print">
      <form action={retry}>
        <input type="hidden" name="what" value={what} />
        <input type="hidden" name="id" value={id} />
        <SubmitButton className="button button-plain" pendingLabel={t("working")}>
          {t("dead.retry")}
        </SubmitButton>
      </form>
      {what === "mail" && dn && (
        <Link
          className="button button-plain"
          href={`/admin/upki/dead/assign?${query}`}
          prefetch={false}
          aria-describedby={labelledBy}
        >
          {t("dead.assign")}
        </Link>
      )}
      {names.map((name) => (
        <Link
          key={name}
          className="button button-plain"
          href={`/admin/upki/dead/assign?${query}&${new URLSearchParams({ name })}`}
          prefetch={false}
        >
          {t("dead.assignName", { name })}
        </Link>
      ))}
      <Link
        className="button button-grave-plain"
        href={`/admin/upki/dead/discard?${query}`}
        prefetch={false}
        aria-describedby={labelledBy}
      >
        {t("dead.discard")}
      </Link>
    </div>
  );
}
