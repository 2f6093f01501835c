import { useTranslations } from "next-intl";
import type { Ref } from "react";
import { FieldError } from "@/components/ui/field-error.tsx";

type PinFieldProps = {
  hint: string;
  /** What is wrong with what was typed. */
  error?: string | undefined;
  field?: Ref<HTMLInputElement>;
  isRequired?: boolean;
};

/** アクセスPIN: shown while it is typed, for it is copied from another page. */
export function PinField({ hint, error, field, isRequired }: PinFieldProps) {
  const t = useTranslations("Issue.pin");
  return (
    <div className="field">
      <label htmlFor="pin">{t("label")}</label>
      <p id="pin-hint" className="hint">
        {hint}
      </p>
      {error && <FieldError id="pin-error" sentence={error} />}
      <input
        ref={field}
        id="pin"
        name="pin"
        type="text"
        className="input pin-input"
        inputMode="text"
        autoComplete="off"
        autoCapitalize="off"
        autoCorrect="off"
        spellCheck={false}
        maxLength={64}
        required={isRequired}
        aria-describedby={error ? "pin-hint pin-error" : "pin-hint"}
        aria-invalid={error ? true : undefined}
      />
    </div>
  );
}
