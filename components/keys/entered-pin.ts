/**
 * The PIN that was typed at STEP1, for STEP2, where it becomes the password of the .p12. It is in this page's memory and nowhere else: not in
 * storage, not in an address; a page that is loaded anew asks for it again.
 */
import { asMeant } from "@/server/ca/local/typed-pin.ts";

let entered: { ticket: string; pin: string } | null = null;
const listeners = new Set<() => void>();

/** `ticket`: the one of the page. What was typed may be wrong; whoever is told so forgets it. */
export function rememberPin(ticket: string, typed: string): void {
  entered = { ticket, pin: asMeant(typed) };
  for (const listener of listeners) listener();
}

export function forgetPin(): void {
  entered = null;
  for (const listener of listeners) listener();
}

export function enteredPin(ticket: string): string | null {
  return entered?.ticket === ticket ? entered.pin : null;
}

/** Calls `listener` whenever a PIN comes or goes; gives what ends it. */
export function onPinChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
