"use client";

import { useLocale, useTranslations } from "next-intl";
import { useActionState, useEffect, useRef } from "react";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { FieldError } from "@/components/ui/field-error.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { SettingFault, SettingName, SettingsView } from "../answers.ts";
import { SettingField, SettingValue } from "./field.tsx";
import { sectionNames, sections } from "./words.ts";

/** What the form shows: at first what is set, then what was typed and why it was not saved. */
export type SettingsState = {
  version: number;
  texts: SettingsView["texts"];
  reason: string;
  faults: readonly SettingFault[];
  /** What others have changed since the form was opened; null where nobody has. */
  theirs: readonly SettingName[] | null;
  refused: { why: "no_reason" | "login" | "proof" | "other"; sentence: string } | null;
};

type SettingsFormProps = {
  view: SettingsView;
  action: (before: SettingsState, form: FormData) => Promise<SettingsState>;
};

/** Every setting of an institution, in sections; saved together, with one reason. */
export function SettingsForm({ view, action }: SettingsFormProps) {
  const t = useTranslations("Admin.settings");
  const { version, texts, institution } = view;
  const nothing = { reason: "", faults: [], theirs: null, refused: null };
  const [state, save] = useActionState(action, { version, texts, ...nothing });
  return (
    <form action={save} className="stack" noValidate>
      <input type="hidden" name="entity" value={institution.entityId} />
      <input type="hidden" name="version" value={state.version} />
      <Refused state={state} entityId={institution.entityId} />
      {sectionNames.map((section) => (
        <section key={section} className="stack" aria-labelledby={section}>
          <h2 id={section} className="section-title">
            {t(`sections.${section}`)}
          </h2>
          <Section names={sections[section]} view={view} state={state} />
        </section>
      ))}
      <div className="field">
        <label htmlFor="reason">{t("reason")}</label>
        <p id="reason-hint" className="hint">
          {t("reasonHint")}
        </p>
        {state.refused?.why === "no_reason" && (
          <FieldError id="reason-fault" sentence={state.refused.sentence} />
        )}
        <input
          id="reason"
          name="reason"
          className="input"
          required
          maxLength={500}
          defaultValue={state.reason}
          autoComplete="off"
          aria-invalid={state.refused?.why === "no_reason" ? true : undefined}
          aria-describedby="reason-hint"
        />
      </div>
      <SubmitButton pendingLabel={t("saving")}>{t("save")}</SubmitButton>
    </form>
  );
}

type SectionProps = { names: readonly SettingName[]; view: SettingsView; state: SettingsState };

/** What the reader may change; below it what only operators may. */
function Section({ names, view, state }: SectionProps) {
  const t = useTranslations("Admin.settings");
  const mine = names.filter((name) => view.mine.includes(name));
  const others = names.filter((name) => !view.mine.includes(name));
  return (
    <>
      {mine.map((name) => (
        <SettingField
          key={name}
          name={name}
          text={state.texts[name]}
          choices={view.choices[name] ?? []}
          fault={state.faults.find(({ setting }) => setting === name)}
          isTheirs={state.theirs?.includes(name) ?? false}
          limit={view.memberLimit}
        />
      ))}
      {others.length > 0 && (
        <>
          <p className="hint">{t("operatorsOnly")}</p>
          <Facts>
            {others.map((name) => (
              <Fact key={name} name={t(`fields.${name}.label`)}>
                <SettingValue name={name} text={state.texts[name]} />
              </Fact>
            ))}
          </Facts>
        </>
      )}
    </>
  );
}

/** Why nothing was saved, where the reader looks next. */
function Refused({ state, entityId }: { state: SettingsState; entityId: string }) {
  const t = useTranslations("Admin.settings");
  const { faults, theirs, refused } = state;
  const here = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (state.faults.length > 0 || state.theirs || state.refused) here.current?.focus();
  }, [state]);
  if (faults.length === 0 && !theirs && !refused) return null;
  return (
    <div ref={here} tabIndex={-1}>
      <Notice tone="error" role="alert" title={t(theirs ? "changedMeanwhile" : "notSaved")}>
        {theirs && <p>{t("changedMeanwhileHint")}</p>}
        {refused && <p>{refused.sentence}</p>}
        {(refused?.why === "login" || refused?.why === "proof") && (
          <Again why={refused.why} entityId={entityId} />
        )}
        {faults.length > 0 && (
          <ul className="bullets">
            {faults.map(({ setting }) => (
              <li key={setting}>
                <a href={`#${setting}`}>{t(`fields.${setting}.label`)}</a>
              </li>
            ))}
          </ul>
        )}
      </Notice>
    </div>
  );
}

/** In a window of its own, so that what was typed stays where it is. */
function Again({ why, entityId }: { why: "login" | "proof"; entityId: string }) {
  const t = useTranslations("Admin.settings");
  const to = `/${useLocale()}/admin/institutions/settings?entity=${encodeURIComponent(entityId)}`;
  const href =
    why === "login"
      ? { pathname: "/login", query: { to } }
      : { pathname: "/login/confirm-identity", query: { for: "change_settings", to } };
  return (
    <p>
      <Link href={href} target="_blank">
        {t(`again.${why}`)}
      </Link>
    </p>
  );
}
