import { useLocale, useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { LetterRow } from "../answers.ts";
import { Outcome } from "../outcome.tsx";

/** Mails, the newest first: which, to whom, for which application, and what the provider said. */
export function SentLetters({ letters, labelledBy }: { letters: readonly LetterRow[]; labelledBy: string }) {
  const t = useTranslations("Admin.letters");
  const kinds = useTranslations("Letter.kinds");
  if (letters.length === 0) return <p>{t("none")}</p>;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={[t("columns.kind"), t("columns.recipient"), t("columns.application"), t("columns.status")]}
      rows={letters.map((letter) => ({
        key: letter.id,
        cells: [
          <div key="kind">
            {kinds(letter.kind)}
            <p className="hint">
              <Moment at={letter.createdAt} />
            </p>
          </div>,
          <span key="recipient" className="entity-id">
            {letter.recipient}
          </span>,
          <Application key="application" of={letter.application} />,
          <Answer key="status" letter={letter} />,
        ],
      }))}
    />
  );
}

function Application({ of: { id, number, name, ...institution } }: { of: LetterRow["application"] }) {
  const t = useTranslations("Admin.letters");
  const isJapanese = useLocale() === "ja";
  return (
    <>
      <Link className="record-link" href={`/admin/applications/${id}`} prefetch={false}>
        {t("application", { number, name })}
      </Link>
      <p className="hint">{isJapanese ? institution.institutionJa : institution.institutionEn}</p>
    </>
  );
}

/** How it went: where nothing has gone wrong yet, without a word of good or bad. */
function Answer({ letter: { status, sentAt, providerId, error, again } }: { letter: LetterRow }) {
  const t = useTranslations("Admin.letters");
  return (
    <>
      {status === "waiting" ? (
        t("statuses.waiting")
      ) : (
        <Outcome isGood={status === "sent"}>{t(`statuses.${status}`)}</Outcome>
      )}
      {sentAt && (
        <p>
          <Moment at={sentAt} />
        </p>
      )}
      {again > 0 && <p>{t("again", { count: again })}</p>}
      {error && <p className="entity-id mono hint">{t("answer", { error })}</p>}
      {providerId && <p className="entity-id mono hint">{t("provider", { id: providerId })}</p>}
    </>
  );
}
