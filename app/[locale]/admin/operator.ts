/** What every page and form of operators and registrars begins with: for anybody else it is a page that does not exist. */
import "server-only";
import type { api } from "@/server/api/caller.ts";
import { codeOf } from "@/server/api/errors.ts";
import { signedIn } from "../(member)/signed-in.ts";
import { lost } from "../lost.ts";

export type OperatorCaller = Awaited<ReturnType<typeof api>>["admin"];

/** Whoever is not logged in logs in first, and comes back to `path`. */
export async function operator(path: string): Promise<OperatorCaller> {
  const caller = await signedIn(path);
  const { member } = await caller.session.me();
  return member?.isOperator ? caller.admin : lost();
}

/** Registrars and operators; as `operator`. */
export async function registrar(path: string): Promise<OperatorCaller> {
  const caller = await signedIn(path);
  const { member } = await caller.session.me();
  return member?.isRegistrar ? caller.admin : lost();
}

/** Registrars and operators, where NII's service is the CA. */
export async function upkiRegistrar(path: string): Promise<OperatorCaller["upki"]> {
  const caller = await signedIn(path);
  const { member } = await caller.session.me();
  return member?.isRegistrar && member.hasUpki ? caller.admin.upki : lost();
}

/** What is not there, or no longer to be seen, is a page not found. */
export async function orLost<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((error: unknown) => {
    if (codeOf(error) === "not_found" || codeOf(error) === "invalid_input") return lost();
    throw error;
  });
}
