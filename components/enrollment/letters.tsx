import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import type { LetterView } from "@/server/enrollment/views.ts";

/** メール送信: to which address, which mail, and whether it went out. */
export function Letters({ mail, letters }: { mail: string; letters: readonly LetterView[] }) {
  const t = useTranslations("Letter");
  if (letters.length === 0) return <p>{mail}</p>;
  return (
    <ul className="stack">
      {letters.map(({ kind, recipient, status, sentAt }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: letters are only ever added at the end
        <li key={index}>
          {t(status, { recipient, letter: t(`kinds.${kind}`) })}
          {status !== "failed" && (
            // There before it is sent too: else the page would move under a finger that is about to press something.
            <span className="hint block">{sentAt ? <Moment at={sentAt} /> : t("sentAtHere")}</span>
          )}
        </li>
      ))}
    </ul>
  );
}
