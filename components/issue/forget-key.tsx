"use client";

import { useEffect } from "react";
import { forgetPin } from "@/components/keys/entered-pin.ts";
import { openKeptRequests } from "@/components/keys/kept-requests.ts";

/** STEP3: the certificate is its holder's, so that the key kept for it has served; so has the PIN. */
export function ForgetKey({ ticketHash }: { ticketHash: string }) {
  useEffect(() => {
    forgetPin();
    forget(ticketHash).catch(() => undefined);
  }, [ticketHash]);
  return null;
}

async function forget(ticketHash: string): Promise<void> {
  const kept = await openKeptRequests();
  await kept?.forget(ticketHash);
  await kept?.sweep(Date.now());
}
