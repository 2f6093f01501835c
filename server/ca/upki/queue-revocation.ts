/** The line that revokes a certificate, once a certificate. */
import type { Transaction } from "../../db.ts";
import type { RevocationReason } from "../../ports.ts";
import { revocationLineOf } from "./line.ts";
import { lineIn, type Row, type World } from "./world.ts";

/** One that the service refused before waits again. `row`: the request that brought the certificate. */
export async function queueRevocation(
  world: World,
  tx: Transaction,
  row: Row,
  reason: RevocationReason,
): Promise<void> {
  const { collected: serial } = row;
  if (!serial) return;
  const now = world.now();
  const { number } = await tx.enrollment.findUniqueOrThrow({
    where: { id: row.enrollmentId },
    select: { number: true },
  });
  const issued = { dn: row.dn, holder: lineIn(row).holder, number };
  const line = revocationLineOf(issued, serial, reason, world.settings.manager);
  const key = `revoke:${serial}`;
  await tx.upkiRequest.createMany({
    data: {
      key,
      kind: "revoke",
      institutionId: row.institutionId,
      enrollmentId: row.enrollmentId,
      certificateKind: row.certificateKind,
      dn: row.dn,
      nameKey: row.nameKey,
      commonNameKey: row.commonNameKey,
      serial,
      line: { ...line },
      createdAt: now,
      dueAt: now,
    },
    skipDuplicates: true,
  });
  await tx.upkiRequest.updateMany({
    where: { key, status: { in: ["refused", "dropped"] } },
    data: { status: "waiting", line: { ...line }, dueAt: now, code: null, message: null },
  });
}
