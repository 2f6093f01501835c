/** Who is at it: said once where a deed begins (a procedure, a route, a workflow, a command), and known to every entry written within it. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { AuditRole } from "./deeds.ts";

export type Actor = {
  role: AuditRole;
  /** Member, token, command or workflow. */
  id?: string | null;
  /** Network address, as far as it is known. */
  from?: string | null;
  /** What the reader of a page can quote, and the log holds too. */
  reference?: string | null;
};

const acting = new AsyncLocalStorage<Actor>();
const thePortal: Actor = { role: "workflow", id: "portal" };

/** Whatever is written while `deed` goes on was done by this actor. Within another, the inner one counts. */
export function actingAs<T>(actor: Actor, deed: () => T): T {
  return acting.run(actor, deed);
}

/** The portal by itself, where nobody was named. */
export function actor(): Actor {
  return acting.getStore() ?? thePortal;
}
