import { useTranslations } from "next-intl";
import { FieldError } from "@/components/ui/field-error.tsx";
import { languageOf } from "@/components/ui/language.ts";
import type { SettingFault, SettingName } from "../answers.ts";
import { chosenIn, shapes, useChoiceWords, useFaultWords, useValueWords } from "./words.ts";

type FieldProps = {
  name: SettingName;
  text: string;
  choices: readonly string[];
  fault: SettingFault | undefined;
  /** Whether somebody else has changed it since the form was opened. */
  isTheirs: boolean;
  /** What the hint names: the portal's own limit. */
  limit: number;
};

/** One setting of the form, with what is wrong with it. Its name goes along, so that a box that is not ticked says so. */
export function SettingField(props: FieldProps) {
  const { name } = props;
  const shape = shapes[name];
  return (
    <>
      <input type="hidden" name="setting" value={name} />
      {shape === "one" || shape === "some" ? <Choices {...props} /> : <Typed {...props} />}
    </>
  );
}

function Choices(props: FieldProps) {
  const { name, text, choices, fault, limit } = props;
  const t = useTranslations("Admin.settings");
  const choiceWords = useChoiceWords();
  const chosen = chosenIn(text);
  const type = shapes[name] === "one" ? "radio" : "checkbox";
  return (
    <fieldset
      className="card"
      id={name}
      tabIndex={-1}
      aria-describedby={`${name}-hint`}
      aria-invalid={fault ? true : undefined}
    >
      <legend>{t(`fields.${name}.label`)}</legend>
      <p id={`${name}-hint`} className="hint">
        {t(`fields.${name}.hint`, { limit })}
      </p>
      <Remarks {...props} />
      {choices.map((choice) => (
        <label key={choice} className="choice">
          <input type={type} name={name} value={choice} defaultChecked={chosen.includes(choice)} />
          <span>
            {choiceWords(name, choice)}
            <What name={name} choice={choice} />
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function What({ name, choice }: { name: SettingName; choice: string }) {
  const t = useTranslations("Admin.settings");
  const key = `whats.${name}.${choice}` as "whats.cnRule.uid";
  return t.has(key) && <small>{t(key)}</small>;
}

function Typed(props: FieldProps) {
  const { name, text, fault, limit } = props;
  const t = useTranslations("Admin.settings");
  const about = {
    id: name,
    name,
    defaultValue: text,
    "aria-invalid": fault ? true : undefined,
    "aria-describedby": `${name}-hint${fault ? ` ${name}-fault` : ""}`,
  } as const;
  return (
    <div className="field">
      <label htmlFor={name}>{t(`fields.${name}.label`)}</label>
      <p id={`${name}-hint`} className="hint">
        {t(`fields.${name}.hint`, { limit })}
      </p>
      <Remarks {...props} />
      {shapes[name] === "lines" ? (
        <textarea {...about} className="input" rows={4} spellCheck={false} />
      ) : (
        <input
          {...about}
          className="input"
          inputMode={shapes[name] === "number" ? "numeric" : undefined}
          autoComplete="off"
          spellCheck={false}
        />
      )}
    </div>
  );
}

function Remarks({ name, fault, isTheirs }: FieldProps) {
  const t = useTranslations("Admin.settings");
  const faultWords = useFaultWords();
  return (
    <>
      {isTheirs && <p className="hint">{t("theirs")}</p>}
      {fault && <FieldError id={`${name}-fault`} sentence={faultWords(fault)} />}
    </>
  );
}

/** A value as it is, with its line ends; in the language that its letters are of. */
export function SettingValue({ name, text }: { name: SettingName; text: string }) {
  const words = useValueWords()(name, text);
  return (
    <span className="as-written" lang={languageOf(words)}>
      {words}
    </span>
  );
}
