import { useTranslations } from "next-intl";
import { Link } from "@/server/i18n/navigation.ts";
import type { ApplicationDetail } from "../answers.ts";

const deeds = ["approve", "decline", "unlock", "cancel", "revoke"] as const;
const grave: readonly string[] = ["decline", "cancel", "revoke"];

/** What may be done with the application now; each leads to a page that asks once more. */
export function DeedButtons({ application: { id, mayNot } }: { application: ApplicationDetail }) {
  const t = useTranslations("Admin.applications.deeds");
  const now = deeds.filter((deed) => mayNot[deed] === null);
  const isOwn = mayNot.approve === "own";
  return (
    <>
      {isOwn && <p>{t("own")}</p>}
      {now.length === 0 && !isOwn && <p>{t("none")}</p>}
      <p className="actions no-print">
        {now.map((deed) => (
          <Link
            key={deed}
            className={`button ${grave.includes(deed) ? "button-grave-plain" : "button-plain"}`}
            href={
              deed === "approve" || deed === "decline"
                ? `/admin/approvals/decide?do=${deed}&id=${id}`
                : `/admin/applications/${id}/${deed}`
            }
            prefetch={false}
          >
            {t(`${deed}.open`)}
          </Link>
        ))}
      </p>
    </>
  );
}
