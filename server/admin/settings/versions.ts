/** 設定の履歴: how the settings of an institution came to be as they are, change by change. */
import type { Database } from "../../db.ts";
import { PortalError } from "../../errors.ts";
import { differing, type SettingName, settingsIn, textOf } from "./declared.ts";
import { knownOf } from "./rows.ts";
import type { Judge } from "./weigh.ts";

export type Difference = { setting: SettingName; before: string; after: string };

export type VersionView = {
  version: number;
  at: Date;
  /** Null for a command, and for how it was before the first change. */
  by: { displayName: string; displayNameJa: string | null } | null;
  reason: string | null;
  /** What was before it and what after; null where what was before is not known. */
  differences: readonly Difference[] | null;
};

export type VersionsPage = {
  institution: { entityId: string; nameJa: string; nameEn: string };
  current: number;
  versions: readonly VersionView[];
  /** Where the next page begins. */
  next: number | null;
};

const perPage = 20;

/** The newest first; `before`: only versions below it. @throws PortalError `not_found` */
export async function versionsOf(
  db: Database,
  asked: { entityId: string; before?: number | undefined; scope: Judge["scope"]; now: Date },
): Promise<VersionsPage> {
  const { entityId, before } = asked;
  const row = (await knownOf(db, [entityId], asked)).get(entityId);
  if (!row) throw new PortalError("not_found", { entityId });
  const kept = await db.institutionVersion.findMany({
    where: { institutionId: row.id, ...(before !== undefined && { version: { lt: before } }) },
    orderBy: { version: "desc" },
    take: perPage + 1,
  });
  const shown = kept.slice(0, perPage);
  const people = await db.member.findMany({
    where: { id: { in: shown.flatMap(({ by }) => by ?? []) } },
    select: { id: true, displayName: true, displayNameJa: true },
  });
  const named = new Map(people.map(({ id, ...name }) => [id, name]));
  return {
    institution: { entityId, nameJa: row.nameJa, nameEn: row.nameEn },
    current: row.version,
    versions: shown.map(({ version, at, by, reason, settings }, index) => ({
      ...{ version, at, reason },
      by: by === null ? null : (named.get(by) ?? null),
      differences: differencesOf(kept[index + 1]?.settings, settings),
    })),
    next: kept.length > perPage ? (shown.at(-1)?.version ?? null) : null,
  };
}

function differencesOf(before: unknown, after: unknown): Difference[] | null {
  if (!before) return null;
  const [old, current] = [settingsIn(before as object), settingsIn(after as object)];
  return differing(old, current).map((setting) => ({
    setting,
    before: textOf(setting, old[setting]),
    after: textOf(setting, current[setting]),
  }));
}
