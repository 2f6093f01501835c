/** Where the service's list and our applications do not agree: each noted once, until it is gone or somebody has dealt with it. */
import { institutionOfName } from "./institutions.ts";
import type { ListRow } from "./list.ts";
import { inOneGo, type Row, type World } from "./world.ts";

export const differenceKinds = [
  /** A certificate, or a request, that no application of ours knows. */
  "unknown_certificate",
  "unknown_request",
  /** The service waits for the member, and the PIN never came. */
  "pin_missing",
  /** Taken, and not in the list. */
  "request_missing",
  /** Asked for, and the certificate is still valid there. */
  "revocation_missing",
] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

export type Difference = { kind: DifferenceKind; about: string; listed?: ListRow; row?: Row };

/** What was seen is open; what was open and is no longer seen has come right. What a person dismissed stays so. */
export async function noteDifferences(
  world: World,
  seen: readonly Difference[],
  institutions: readonly string[] | null,
): Promise<void> {
  const at = world.now();
  const keys = seen.map(keyOf);
  const known = await world.db.upkiDifference.findMany({
    where: { key: { in: keys } },
    select: { key: true, status: true },
  });
  const before = new Map(known.map(({ key, status }) => [key, status]));
  for (const difference of seen) {
    const key = keyOf(difference);
    if (before.get(key) === "open" || before.get(key) === "dismissed") continue;
    const data = await describe(world, difference, at);
    if (!isTheirs(data.institutionId, institutions)) continue;
    await world.db.upkiDifference.upsert({ where: { key }, create: { key, ...data }, update: data });
  }
  await inOneGo(world, (tx) =>
    tx.upkiDifference.updateMany({
      where: {
        status: "open",
        key: { notIn: keys },
        ...(institutions && { institutionId: { in: [...institutions] } }),
      },
      data: { status: "settled", dealtAt: at },
    }),
  );
}

/** A list that a registrar brings says nothing of other institutions'. A name alone, as of S/MIME, is nobody else's. */
function isTheirs(institutionId: string | null, institutions: readonly string[] | null): boolean {
  return institutions === null || institutionId === null || institutions.includes(institutionId);
}

async function describe(world: World, { kind, listed, row }: Difference, at: Date) {
  const dn = row?.dn ?? listed?.dn ?? "";
  return {
    kind,
    dn,
    serial: row?.collected ?? row?.serial ?? (listed?.serial || null),
    requestId: row?.id ?? null,
    institutionId: row?.institutionId ?? (await institutionOfName(world.db, dn)),
    detail: listed ? detailOf(listed) : {},
    status: "open" as const,
    seenAt: at,
    dealtAt: null,
    dealtBy: null,
  };
}

/** What adoption needs of the row. */
function detailOf({ state, stateText, holderMail, notAfter, requestedAt, collectUntil, fields }: ListRow) {
  const profile = Object.entries(fields).find(([name]) => name.includes("プロファイル"))?.[1] ?? "";
  const iso = (date: Date | null) => date?.toISOString() ?? "";
  return {
    state,
    stateText,
    holderMail,
    profile,
    notAfter: iso(notAfter),
    requestedAt: iso(requestedAt),
    collectUntil: iso(collectUntil),
  };
}

function keyOf({ kind, about }: Difference): string {
  return `${kind}:${about}`;
}
