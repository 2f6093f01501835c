/** 用途メモ: the member's own note, for their eyes only. */
import type { Ports } from "../ports.ts";
import { lockOwn } from "./own.ts";

/** In characters as a person counts them (code points). */
export const memoLength = 200;

/** @throws PortalError `not_found` */
export async function saveMemo(
  ports: Ports,
  note: { memberId: string; number: number; memo: string },
): Promise<void> {
  await ports.db.$transaction(async (tx) => {
    const { id } = await lockOwn(tx, note.memberId, note.number);
    await tx.enrollment.update({ where: { id }, data: { memo: note.memo, version: { increment: 1 } } });
  });
}
