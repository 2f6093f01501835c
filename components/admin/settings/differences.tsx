import { useTranslations } from "next-intl";
import type { SettingName } from "../answers.ts";
import { SettingValue } from "./field.tsx";

type Difference = { setting: SettingName; before: string; after: string };

/** What a setting was and what it is, or would be. */
export function Differences({ differences }: { differences: readonly Difference[] }) {
  const t = useTranslations("Admin.settings");
  return (
    <dl className="setting-changes">
      {differences.map(({ setting, before, after }) => (
        <div key={setting}>
          <dt>{t(`fields.${setting}.label`)}</dt>
          <dd>
            <span className="hint">{t("before")}</span> <SettingValue name={setting} text={before} />
          </dd>
          <dd>
            <span className="hint">{t("after")}</span> <SettingValue name={setting} text={after} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
