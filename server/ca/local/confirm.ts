/** STEP3: the holder says that the .p12 has arrived. It is gone from then on. */
import { standing } from "./standing.ts";
import { hashOf } from "./tickets.ts";
import type { ConfirmAnswer } from "./views.ts";
import { inOneGo, lockTicket, type World } from "./world.ts";

/** Said again it changes nothing. */
export function confirm(world: World, said: { ticket: string; browser: string }): Promise<ConfirmAnswer> {
  return inOneGo(world, async (tx): Promise<ConfirmAnswer> => {
    const now = world.now();
    const ticket = await lockTicket(tx, said.ticket);
    const stands = standing(ticket, hashOf(said.browser), now);
    switch (stands.state) {
      case "refused":
        return { result: "refused", because: stands.because };
      case "pin":
        return { result: "refused", because: "pin_wanted" };
      case "download":
        return { result: "refused", because: "not_collected" };
    }
    await tx.ticket.updateMany({
      where: { hash: hashOf(said.ticket), confirmedAt: null },
      data: { confirmedAt: now, sealedPackage: null },
    });
    return { result: "confirmed" };
  });
}
