/** What a wish would change of an institution's settings, and whether it may: the same before a change and in a dry run. */
import type { Transaction } from "../../db.ts";
import { lockBases } from "../../federation/people/institutions.ts";
import type { CaRules } from "../../ports.ts";
import type { Scope } from "../../roles.ts";
import { faultOfBase, type NameRules } from "../certificate-names.ts";
import { differing, type Fault, mayChange, type SettingName, type Settings, settingsIn } from "./declared.ts";
import type { Row } from "./rows.ts";

/** Settings that are to be so; one that is not named stays as it is. `seen`: the version on which that was decided. */
export type Wish = { entityId: string; seen: number; values: Partial<Settings> };

/** What a change has to go by: who asks, and what the CA makes. */
export type Judge = { scope: Scope; terms: CaRules["terms"]; nameRules: NameRules | null };

export type Change = {
  row: Row;
  before: Settings;
  values: Partial<Settings>;
  /** Those that would differ. */
  names: readonly SettingName[];
  faults: readonly Fault[];
};

/** Each wish with what it would change and what is wrong with that; what stays as it is is not looked at. */
export async function weigh(
  tx: Pick<Transaction, "$queryRaw">,
  pairs: readonly { row: Row; values: Partial<Settings> }[],
  judge: Judge,
): Promise<Change[]> {
  const changes = pairs.map(({ row, values }) => {
    const before = settingsIn(row);
    const names = differing(before, values);
    return {
      row,
      before,
      values,
      names,
      faults: names.flatMap((name) => faultOf(name, values, judge) ?? []),
    };
  });
  const bases = changes.filter(
    ({ names, faults }) => names.includes("dnBase") && !faults.some(({ setting }) => setting === "dnBase"),
  );
  if (bases.length === 0) return changes;
  const taken = await takenBases(tx, bases);
  return changes.map((change) => {
    const holder = bases.includes(change) ? taken.get(change.row.entityId) : undefined;
    return holder === undefined
      ? change
      : {
          ...change,
          faults: [...change.faults, { setting: "dnBase" as const, rule: "taken", value: holder }],
        };
  });
}

function faultOf(name: SettingName, values: Partial<Settings>, judge: Judge): Fault | null {
  if (!mayChange(name, { isOperator: judge.scope.institutions === null })) {
    return { setting: name, rule: "operators_only", value: "" };
  }
  if (name === "clientTerms" || name === "smimeTerms") {
    const known = judge.terms[name === "clientTerms" ? "client" : "smime"];
    const unknown = values[name]?.find((months) => !known.includes(months));
    return unknown === undefined ? null : { setting: name, rule: "term_unknown", value: String(unknown) };
  }
  const fault = name === "dnBase" ? faultOfBase(values.dnBase ?? "", judge.nameRules) : null;
  return fault && { setting: name, ...fault };
}

/**
 * By the entityID of whoever wants one: who else would have the same base. Certificates of two institutions must not look alike, so the
 * letters' case makes no difference (RFC 4518). Nobody else takes one until the transaction is over.
 */
async function takenBases(
  tx: Pick<Transaction, "$queryRaw">,
  wanted: readonly Pick<Change, "row" | "values">[],
): Promise<Map<string, string>> {
  await lockBases(tx);
  const bases = wanted.map(({ values }) => baseOf(values));
  const wanting = wanted.map(({ row }) => row.entityId);
  const others = await tx.$queryRaw<{ entityId: string; base: string }[]>`
    SELECT "entityId", lower("dnBase") AS base FROM "Institution"
    WHERE lower("dnBase") = ANY(${bases}) AND "entityId" <> ALL(${wanting})`;
  const holders = [
    ...others,
    ...wanted.map(({ row, values }) => ({ entityId: row.entityId, base: baseOf(values) })),
  ];
  const byBase = Map.groupBy(holders, ({ base }) => base);
  return new Map(
    wanted.flatMap(({ row, values }) => {
      const other = byBase.get(baseOf(values))?.find(({ entityId }) => entityId !== row.entityId);
      return other ? [[row.entityId, other.entityId] as const] : [];
    }),
  );
}

function baseOf({ dnBase = "" }: Partial<Settings>): string {
  return dnBase.toLowerCase();
}
