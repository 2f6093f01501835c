/** Applications as a file: all that a filter lets through. Who took it, and by which filters, is in the audit; what they were set to is not. */
import { append } from "../audit/append.ts";
import type { Ports } from "../ports.ts";
import { allApplications, type Filter, type FoundApplication } from "./find.ts";
import type { Within } from "./within.ts";

/** The audit entry is there before the first batch is read. */
export async function exportApplications(
  { db, now }: Pick<Ports, "db" | "now">,
  { filter, institutions }: { filter: Filter; institutions: Within },
): Promise<AsyncGenerator<readonly FoundApplication[]>> {
  const at = now();
  const filters = Object.entries(filter).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [name],
  );
  const concerned = institutions ?? [null];
  await db.$transaction((tx) =>
    append(
      tx,
      // An entry in the trail of each institution whose people are in the file; of all of them, one of the federation's.
      ...concerned.map((institutionId) => ({
        deed: "enrollment.exported" as const,
        at,
        subject: "institution" as const,
        subjectId: institutionId ?? "all",
        institutionId,
        after: { filters },
      })),
    ),
  );
  return allApplications(db, { filter, institutions, now: at });
}
