/**
 * The PIN that was typed at STEP1, for STEP2, where it becomes the password of the .p12. It is in this page's memory and nowhere else: not in
 * storage, not in an address; a page that is loaded anew asks for it again.
 */
import { asMeant } from "@/server/ca/local/typed-pin.ts";

let entered: { ticket: string; pin: string } | null = null;

/** `ticket`: the one of the page. What was typed may be wrong; whoever is told so forgets it. */
export function rememberPin(ticket: string, typed: string): void {
  entered = { ticket, pin: asMeant(typed) };
}

export function forgetPin(): void {
  entered = null;
}

export function enteredPin(ticket: string): string | null {
  return entered?.ticket === ticket ? entered.pin : null;
}
