import { useTranslations } from "next-intl";
import { Contact } from "@/components/ui/contact.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import type { createCaller } from "@/server/api/root.ts";

type StandingProps = {
  standing: Awaited<ReturnType<ReturnType<typeof createCaller>["enrollment"]["standing"]>>;
  /** Whom members may ask; empty where nobody is named. */
  contact: string;
};

/** What the institution has done in the member's name: applications to be fetched, or that they are to leave. */
export function StandingNotices({ standing: { invited, leavesAt }, contact }: StandingProps) {
  const t = useTranslations("Dashboard.standing");
  const kinds = useTranslations("Kind");
  return (
    <>
      {leavesAt && (
        <Notice tone="warning" title={t("leaves")}>
          <p>
            {t("leavesHint")} <Moment at={leavesAt} />
          </p>
          <p>{t("leavesWhatToDo")}</p>
          {contact && (
            <p>
              {t("contact")} <Contact contact={contact} />
            </p>
          )}
        </Notice>
      )}
      {invited.length > 0 && (
        <Notice tone="info" title={t("invited")}>
          <ul className="bullets">
            {invited.map(({ kind, number }) => (
              <li key={number}>{t("invitedOne", { kind: kinds(kind), number })}</li>
            ))}
          </ul>
          <p>{t("invitedHint")}</p>
        </Notice>
      )}
    </>
  );
}
