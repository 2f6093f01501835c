/** The one door to the rooms behind: who may pass, and how errors come out. */
import { initTRPC } from "@trpc/server";
import { type GuardedDeed, type Missing, missingFor } from "../assurance.ts";
import { PortalError } from "../errors.ts";
import type { MemberOfSession } from "../federation/session/sessions.ts";
import { isOperator, scopeOf } from "../roles.ts";
import type { Context } from "./context.ts";
import { portalErrorOf, toTrpcError } from "./errors.ts";

const t = initTRPC.context<Context>().create({
  errorFormatter({ shape, error }) {
    const { code, detail } = portalErrorOf(error);
    return { ...shape, message: code, data: { code, detail, httpStatus: shape.data.httpStatus } };
  },
});

export const { router, createCallerFactory } = t;

const guarded = t.procedure.use(async ({ next, path }) => {
  const answer = await next();
  if (!answer.ok) throw toTrpcError(answer.error, path);
  return answer;
});

/** Anybody, logged in or not. */
export const publicProcedure = guarded;

/** A member, who then is `ctx.member`. */
export const memberProcedure = guarded.use(async ({ ctx, next }) => {
  if (!ctx.member) throw new PortalError("not_signed_in");
  return next({ ctx: { ...ctx, member: ctx.member } });
});

type MemberContext = Context & { member: MemberOfSession };

/** What the member's institution asks for at this deed and their login of now does not show. */
export function proofMissing(
  { ports, member, strongContexts }: MemberContext,
  deed: GuardedDeed,
): Missing | null {
  return missingFor(deed, member.institution, member.session, strongContexts, ports.now());
}

/** A member who has proven for this deed what their institution asks for; nothing is done before. */
export const guardedProcedure = (deed: GuardedDeed) =>
  memberProcedure.use(async ({ ctx, next }) => {
    const missing = proofMissing(ctx, deed);
    if (missing === "aal2") throw new PortalError("strong_login_needed", { deed });
    if (missing === "ial2") throw new PortalError("identity_proof_needed", { deed });
    return next();
  });

/** An operator; for anybody else there is nothing here. */
export const operatorProcedure = memberProcedure.use(async ({ ctx, next }) => {
  if (!isOperator(ctx.member.roles, ctx.ports.now())) throw new PortalError("not_found");
  return next();
});

/** A registrar or an operator: `ctx.scope` says for which institutions. For anybody else there is nothing here. */
export const registrarProcedure = memberProcedure.use(async ({ ctx, next }) => {
  const scope = scopeOf(ctx.member.roles, ctx.ports.now());
  if (!scope) throw new PortalError("not_found");
  return next({ ctx: { ...ctx, scope } });
});
