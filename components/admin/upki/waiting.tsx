import { useTranslations } from "next-intl";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import type { UpkiOverview } from "../answers.ts";

type WaitingProps = { view: UpkiOverview; makeFile: (form: FormData) => Promise<void> };

const kinds = ["issue", "renew", "revoke"] as const;

/** How many orders of each kind wait; where a registrar carries the files, each with the button that makes one. */
export function Waiting({ view: { waiting, transport }, makeFile }: WaitingProps) {
  const t = useTranslations("Admin.upki");
  return (
    <>
      <p>{t(`waiting.${transport}`)}</p>
      <Facts>
        {kinds.map((kind) => (
          <Fact key={kind} name={t(`kinds.${kind}`)}>
            <p>{t("count", { count: waiting[kind] })}</p>
            {transport === "manual" && waiting[kind] > 0 && (
              <form action={makeFile} className="no-print">
                <input type="hidden" name="kind" value={kind} />
                <SubmitButton className="button button-plain" pendingLabel={t("working")}>
                  {t("waiting.make")}
                  <span className="visually-hidden">{t("waiting.makeOf", { kind: t(`kinds.${kind}`) })}</span>
                </SubmitButton>
              </form>
            )}
          </Fact>
        ))}
      </Facts>
    </>
  );
}
