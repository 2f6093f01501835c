/** Somebody opens the URL of an acceptance mail. */

import { displayRdns } from "../../pki/name.ts";
import { keyOrigins } from "../../ports.ts";
import { standing, triesAllowed } from "./standing.ts";
import { hashOf } from "./tickets.ts";
import { fileNameOf, type IssuingView } from "./views.ts";
import type { World } from "./world.ts";

/** The page that fits. Changes nothing. */
export async function openTicket(
  world: World,
  asked: { ticket: string; browser?: string | null },
): Promise<IssuingView> {
  const ticket = await world.db.ticket.findUnique({
    where: { hash: hashOf(asked.ticket) },
    include: { certificate: { select: { keyOrigin: true, issuerId: true } } },
  });
  const stands = standing(ticket, asked.browser ? hashOf(asked.browser) : null, world.now());
  if (stands.state === "refused") return stands;
  if (!ticket) return { state: "refused", because: "unknown" };

  const { kind } = ticket;
  const fileName = fileNameOf(ticket);
  switch (stands.state) {
    case "pin":
      return { state: "pin", kind, triesLeft: triesAllowed - ticket.tries, expiresAt: ticket.expiresAt };
    case "download":
      return {
        state: "download",
        kind,
        fileName,
        dn: displayRdns(ticket.dn),
        until: ticket.browserUntil ?? ticket.expiresAt,
        keyOrigins: keyOrigins.filter((origin) => ticket.keyOrigins.includes(origin)),
      };
    case "collected":
      return {
        state: "collected",
        kind,
        fileName,
        dn: displayRdns(ticket.dn),
        until: ticket.packageUntil ?? ticket.expiresAt,
        keyOrigin: ticket.certificate?.keyOrigin ?? "server",
        encryption: ticket.encryption,
      };
    case "done":
      return { state: "done", kind, fileName, issuerId: ticket.certificate?.issuerId ?? kind };
  }
}
