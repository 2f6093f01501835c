import { useTranslations } from "next-intl";
import { keyKinds } from "@/components/keys/own-request.ts";

/** For the few who need another kind of key; everybody else passes it by. */
export function KeyKindChoice() {
  const t = useTranslations("Issue.own.keyKind");
  return (
    <details className="needs-script more">
      <summary>{t("summary")}</summary>
      <fieldset>
        <legend>{t("legend")}</legend>
        <p className="hint">{t("hint")}</p>
        {keyKinds.map((kind) => (
          <label key={kind} className="choice">
            <input type="radio" name="keyKind" value={kind} defaultChecked={kind === keyKinds[0]} />
            <span>{t(kind)}</span>
          </label>
        ))}
      </fieldset>
    </details>
  );
}
