/** What the service refuses: its code and words are kept, and the application is told. */
import type { Fact } from "../../ports.ts";
import { inOneGo, type Row, type World } from "./world.ts";

export type RowRefusal = { row: Row; code: string; column: number | null; message: string };

/** 主体者DN was used before, be the certificate valid or not: it can only be renewed. */
const nameExists = "212";

/** Each in a transaction of its own: one that cannot be entered does not hold up the others. */
export async function enterRefusals(world: World, refusals: readonly RowRefusal[]): Promise<void> {
  for (const refusal of refusals) await enterRefusal(world, refusal);
  if (refusals.length > 0) await world.wakeOutbox();
}

function enterRefusal(world: World, { row, code, message }: RowRefusal): Promise<void> {
  return inOneGo(world, async (tx) => {
    const data = { status: "refused" as const, code, message: message.slice(0, 500) };
    const { count } = await tx.upkiRequest.updateMany({
      where: { id: row.id, status: { in: ["waiting", "sending"] } },
      data,
    });
    if (count > 0) await world.tell(tx, [factOf(row, code, message)]);
  });
}

function factOf({ kind, orderId, enrollmentId, key }: Row, code: string, words: string): Fact {
  if (kind === "revoke") return { type: "revocation_refused", enrollmentId, code: `upki_${code}`, words };
  const order = orderId ?? key;
  return code === nameExists && kind === "issue"
    ? { type: "name_taken", orderId: order, code: `upki_${code}`, words }
    : { type: "refused", orderId: order, code: `upki_${code}`, words };
}
