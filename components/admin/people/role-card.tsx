import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import type { PersonDetail } from "../answers.ts";
import { ReasonForm, type ReasonState } from "../reason-form.tsx";
import { Since } from "./holdings.tsx";

type RoleCardProps = {
  held: PersonDetail["held"][number];
  person: Pick<PersonDetail, "memberId" | "isSelf">;
  take: (before: ReasonState, form: FormData) => Promise<ReasonState>;
};

/** A role that somebody holds, and the way to take it from them. */
export function RoleCard({ held, person: { memberId, isSelf }, take }: RoleCardProps) {
  const t = useTranslations("Admin.people");
  const deed = useTranslations("Admin.deed");
  const role = t(`roles.${held.role}.name`);
  return (
    <section className="card stack" aria-labelledby={held.id}>
      <h3 id={held.id}>{role}</h3>
      <p>{t(`roles.${held.role}.what`)}</p>
      <Facts>
        <Fact name={t("columns.since")}>
          <Since held={held} />
        </Fact>
        <Fact name={t("columns.until")}>{held.expiresAt ? <Moment at={held.expiresAt} /> : t("noEnd")}</Fact>
      </Facts>
      {held.source === "stated" ? (
        <p>{t("statedHint")}</p>
      ) : (
        <ReasonForm
          action={take}
          grave
          fields={{ role: held.id, member: memberId }}
          words={{
            reason: t("takeReason", { role }),
            hint: deed("reasonHint"),
            button: t("take", { role }),
            pending: deed("working"),
          }}
          {...(isSelf && { confirm: t("confirmOwn") })}
        />
      )}
    </section>
  );
}
