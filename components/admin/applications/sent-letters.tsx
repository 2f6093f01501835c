import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { ApplicationDetail } from "../answers.ts";

type Letter = ApplicationDetail["letters"][number];
type Props = Pick<ApplicationDetail, "id" | "letters"> & { labelledBy: string };

/** The mails of an application: to whom, whether they went out, what the provider said, and the way to send one once more. */
export function SentLetters({ id, letters, labelledBy }: Props) {
  const t = useTranslations("Admin.applications.one.letters");
  const kinds = useTranslations("Letter.kinds");
  if (letters.length === 0) return <p>{t("none")}</p>;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={[t("kind"), t("recipient"), t("status"), t("provider"), t("again")]}
      rows={letters.map((letter) => ({
        key: letter.id,
        cells: [
          kinds(letter.kind),
          <span key="recipient" className="entity-id">
            {letter.recipient}
          </span>,
          <Delivery key="status" letter={letter} />,
          (letter.error ?? letter.providerId) && (
            <span key="provider" className="entity-id" translate="no">
              {letter.error ?? letter.providerId}
            </span>
          ),
          letter.notAgain ? (
            <span key="again" className="hint">
              {t(`notAgain.${letter.notAgain}`)}
            </span>
          ) : (
            <Link
              key="again"
              className="button button-plain button-small"
              href={`/admin/applications/${id}/letters/${letter.id}`}
              prefetch={false}
            >
              {t("sendAgain")}
              <span className="visually-hidden">{kinds(letter.kind)}</span>
            </Link>
          ),
        ],
      }))}
    />
  );
}

function Delivery({ letter: { status, createdAt, sentAt, again } }: { letter: Letter }) {
  const t = useTranslations("Admin.applications.one.letters");
  return (
    <>
      {t(`statuses.${status}`)}
      <p className="hint">
        <Moment at={sentAt ?? createdAt} />
      </p>
      {again > 0 && <p className="hint">{t("sentAgain", { count: again })}</p>}
    </>
  );
}
