/** The one door to the rooms behind: who may pass, and how errors come out. */
import { initTRPC } from "@trpc/server";
import { PortalError } from "../errors.ts";
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
