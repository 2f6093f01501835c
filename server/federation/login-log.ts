/** One line of the log a login, and one a refusal: names of attributes, never their values; expected and found, and the number the reader sees. */
import { log, newReference } from "../log.ts";
import type { Person } from "./attributes.ts";
import type { SignedIn } from "./members.ts";
import { LoginRefusal } from "./refusal.ts";

export type Circumstances = {
  idp?: string;
  entityId?: string;
  locale: string;
  step: "start" | "answer" | "session";
};

export function logLogin(
  entityId: string,
  person: Person,
  { memberId }: SignedIn,
  authnContext: string | null,
) {
  const identifiedBy = person.subject.slice(0, person.subject.indexOf(":"));
  const { received, dropped } = person;
  log.info(
    { event: "login", entityId, memberId, identifiedBy, received, dropped, authnContext },
    "Somebody logged in",
  );
}

/** Returns the reference number to show. */
export function logRefusal(refusal: LoginRefusal, { entityId, step }: Circumstances): string {
  const reference = newReference();
  const facts = {
    event: "login_refused",
    reference,
    code: refusal.code,
    step,
    entityId,
    ...refusal.findings,
  };
  if (refusal.code === "internal")
    log.error({ ...facts, err: refusal.cause }, "A login failed within the portal");
  else log.warn(facts, "A login was refused");
  return reference;
}

/** Whatever was thrown, as a refusal. */
export function asRefusal(cause: unknown): LoginRefusal {
  return cause instanceof LoginRefusal ? cause : new LoginRefusal("internal", {}, cause);
}
