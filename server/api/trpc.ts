/** The one door to the rooms behind: who may pass, and how errors come out. */
import { initTRPC } from "@trpc/server";
import { z } from "zod";
import { type AdminDeed, type GuardedDeed, type Missing, missingFor, type ProvenDeed } from "../assurance.ts";
import { type Actor, actingAs } from "../audit/actor.ts";
import type { AuditRole } from "../audit/deeds.ts";
import { PortalError } from "../errors.ts";
import type { MemberOfSession } from "../federation/session/sessions.ts";
import { countProcedure } from "../metrics/registry.ts";
import { isOperator, scopeOf } from "../roles.ts";
import { traced } from "../tracing/traced.ts";
import type { Context } from "./context.ts";
import { codeOf, portalErrorOf, toTrpcError } from "./errors.ts";

const t = initTRPC.context<Context>().create({
  errorFormatter({ shape, error }) {
    const { code, detail } = portalErrorOf(error);
    return { ...shape, message: code, data: { code, detail, httpStatus: shape.data.httpStatus } };
  },
});

export const { router, createCallerFactory } = t;

const guarded = t.procedure.use(async ({ ctx, next, path }) => {
  const began = performance.now();
  const actor = actorOf(ctx, ctx.member ? "member" : "nobody");
  const answer = await traced(
    `procedure ${path}`,
    () => actingAs(actor, () => next()),
    ({ ok }) => ok,
  );
  const error = answer.ok ? null : toTrpcError(answer.error, path, ctx.reference);
  countProcedure(path, error ? codeOf(error) : "ok", performance.now() - began);
  if (error) throw error;
  return answer;
});

/** Who it is that the audit names for what this request does. */
function actorOf({ member, from, reference }: Context, role: AuditRole): Actor {
  return { role, id: member?.id ?? null, from, reference };
}

/** Anybody, logged in or not. */
export const publicProcedure = guarded;

/** Whoever came to the issuing site with a ticket, logged in or not. */
export const holderProcedure = guarded.use(({ ctx, next }) => actingAs(actorOf(ctx, "holder"), () => next()));

/** A member, who then is `ctx.member`. */
export const memberProcedure = guarded.use(async ({ ctx, next }) => {
  if (!ctx.member) throw new PortalError("not_signed_in");
  return next({ ctx: { ...ctx, member: ctx.member } });
});

type MemberContext = Context & { member: MemberOfSession };

/** What the member's institution asks for at this deed and their login of now does not show. */
export function proofMissing(
  { ports, member, strongContexts }: MemberContext,
  deed: ProvenDeed,
): Missing | null {
  return missingFor(deed, member.institution, member.session, strongContexts, ports.now());
}

/** A member who has proven for this deed what their institution asks for; nothing is done before. */
export const guardedProcedure = (deed: GuardedDeed) =>
  memberProcedure.use(async ({ ctx, next }) => {
    requireProof(ctx, deed);
    return next();
  });

function requireProof(ctx: MemberContext, deed: ProvenDeed): void {
  const missing = proofMissing(ctx, deed);
  if (missing === "aal2") throw new PortalError("strong_login_needed", { deed });
  if (missing === "ial2") throw new PortalError("identity_proof_needed", { deed });
}

/** An operator; for anybody else there is nothing here. */
export const operatorProcedure = memberProcedure.use(async ({ ctx, next }) => {
  if (!isOperator(ctx.member.roles, ctx.ports.now())) throw new PortalError("not_found");
  return actingAs(actorOf(ctx, "operator"), () => next());
});

/** A registrar or an operator: `ctx.scope` says for which institutions. For anybody else there is nothing here. */
export const registrarProcedure = memberProcedure.use(async ({ ctx, next }) => {
  const scope = scopeOf(ctx.member.roles, ctx.ports.now());
  if (!scope) throw new PortalError("not_found");
  const role = scope.institutions === null ? "operator" : "registrar";
  return actingAs(actorOf(ctx, role), () => next({ ctx: { ...ctx, scope } }));
});

/** A registrar or an operator who has proven for this deed what their own institution asks of them; nothing is done before. */
export const sensitiveProcedure = (deed: AdminDeed) =>
  registrarProcedure.use(async ({ ctx, next }) => {
    requireProof(ctx, deed);
    return next();
  });

/** Why, in the words of who does it: kept in the audit, and where it says so told to the member. */
export const reason = z
  .string()
  .transform((text) => text.replaceAll(/\s+/g, " ").trim())
  .refine((text) => text !== "" && [...text].length <= 500, "reason");
