/** The settings of one institution, for the form that changes them. */
import type { Database } from "../../db.ts";
import type { Kind } from "../../enrollment/kind.ts";
import { PortalError } from "../../errors.ts";
import { type Changer, changeSettings } from "./change.ts";
import {
  declared,
  differing,
  type Fault,
  mayChange,
  readTexts,
  type SettingName,
  type Settings,
  settingNames,
  settingsIn,
  type Texts,
  textOf,
  writeTexts,
} from "./declared.ts";
import { knownOf } from "./rows.ts";
import type { Judge, Wish } from "./weigh.ts";

export type SettingsView = {
  institution: { entityId: string; nameJa: string; nameEn: string };
  /** On which a change is based: it is refused when there is another by then. */
  version: number;
  texts: Texts;
  /** What the reader may change; the rest is shown to them. */
  mine: readonly SettingName[];
  choices: Partial<Record<SettingName, readonly string[]>>;
  /** An earlier version that the form is filled in with, and which of its settings are not as they are now. */
  earlier: { version: number; differs: readonly SettingName[] } | null;
};

type Asked = { entityId: string; now: Date; judge: Judge };

/** `from`: an earlier version that is to be restored; one that is not there is none. @throws PortalError `not_found` */
export async function settingsOf(
  db: Database,
  { entityId, from, now, judge }: Asked & { from?: number | undefined },
): Promise<SettingsView> {
  const row = (await knownOf(db, [entityId], { scope: judge.scope, now })).get(entityId);
  if (!row) throw new PortalError("not_found", { entityId });
  const { nameJa, nameEn, version } = row;
  const current = settingsIn(row);
  const mine = settingNames.filter((name) =>
    mayChange(name, { isOperator: judge.scope.institutions === null }),
  );
  const earlier = from === undefined ? null : await versionOf(db, row.id, from);
  const differs = earlier ? differing(current, earlier).filter((name) => mine.includes(name)) : [];
  const restored = Object.fromEntries(differs.map((name) => [name, earlier?.[name]]));
  return {
    institution: { entityId, nameJa, nameEn },
    version,
    texts: writeTexts({ ...current, ...restored }),
    mine,
    choices: choicesFor(judge.terms),
    earlier: earlier && from !== undefined ? { version: from, differs } : null,
  };
}

async function versionOf(db: Database, institutionId: string, version: number): Promise<Settings | null> {
  const kept = await db.institutionVersion.findUnique({
    where: { institutionId_version: { institutionId, version } },
  });
  return kept && settingsIn(kept.settings as object);
}

function choicesFor(terms: Readonly<Record<Kind, readonly number[]>>): SettingsView["choices"] {
  const fixed = settingNames.flatMap((name) => {
    const { choices } = declared[name] as { choices?: readonly string[] };
    return choices ? [[name, choices] as const] : [];
  });
  return {
    ...Object.fromEntries(fixed),
    clientTerms: terms.client.map(String),
    smimeTerms: terms.smime.map(String),
  };
}

export type FormAnswer =
  | { result: "saved"; version: number }
  | { result: "unchanged" }
  | { result: "refused"; faults: readonly Fault[] }
  /** `texts`: what was typed over what is set now; `theirs`: what others have changed since. */
  | { result: "changed_meanwhile"; version: number; texts: Texts; theirs: readonly SettingName[] };

/** What a form says, which shows the settings of the version `seen`. @throws PortalError `not_found` */
export async function changeByForm(
  db: Database,
  { entityId, seen, texts }: { entityId: string; seen: number; texts: Partial<Texts> },
  changer: Changer,
): Promise<FormAnswer> {
  const { values, faults } = readTexts(texts);
  if (faults.length > 0) return { result: "refused", faults };
  const outcome = await changeSettings(db, [{ entityId, seen, values }], changer);
  if (outcome.result === "refused") return outcome;
  if (outcome.result === "changed_meanwhile") return meanwhile(db, { entityId, seen, values }, changer);
  const [changed] = outcome.versions;
  return changed ? { result: "saved", version: changed.version } : { result: "unchanged" };
}

/** Only what was typed anew is laid over what is set now: a form sends all that it shows. */
async function meanwhile(
  db: Database,
  { entityId, seen, values }: Wish,
  changer: Changer,
): Promise<FormAnswer> {
  const row = (await knownOf(db, [entityId], changer)).get(entityId);
  if (!row) throw new PortalError("not_found", { entityId });
  const current = settingsIn(row);
  const then = await versionOf(db, row.id, seen);
  const typed = then ? differing(then, values) : settingNames.filter((name) => name in values);
  return {
    result: "changed_meanwhile",
    version: row.version,
    texts: {
      ...writeTexts(current),
      ...Object.fromEntries(typed.map((name) => [name, textOf(name, values[name])])),
    },
    theirs: then ? differing(then, current) : [],
  };
}
