/** Applications in the names of members, a list at a time: registrars for those of their own institution, operators for all. */
import { z } from "zod";
import { givenList, institutionsIn, keepList } from "../../../admin/given/draft.ts";
import { mostOctets } from "../../../admin/given/list.ts";
import { batchFile, batchOf, listBatches, template } from "../../../admin/invitations/batches.ts";
import { cancelInvitations, makeInvitations } from "../../../admin/invitations/make.ts";
import { planInvitations } from "../../../admin/invitations/plan.ts";
import { registrarProcedure, router } from "../../trpc.ts";

const id = z.string().regex(/^[\w-]{1,60}$/);
const octets = z.instanceof(Uint8Array).refine(({ length }) => length <= mostOctets, "too_long");
const perPage = 100;
const shown = 200;

export const invitationsAdmin = router({
  institutions: registrarProcedure.query(({ ctx }) => institutionsIn(ctx.ports.db, ctx.scope)),

  /** `before`: the list that the page before ended with. */
  list: registrarProcedure
    .input(z.object({ before: id.optional() }))
    .query(({ ctx, input }) => listBatches(ctx.ports.db, { ...input, scope: ctx.scope })),

  /** `after`: the line that the page before ended with. */
  get: registrarProcedure
    .input(z.object({ batch: id, after: z.number().int().min(0).max(1_000_000).default(0) }))
    .query(async ({ ctx, input }) => {
      const found = await batchOf(ctx.ports.db, { ...input, scope: ctx.scope, take: perPage + 1 });
      const rows = found.rows.slice(0, perPage);
      return { ...found, rows, next: found.rows.length > perPage ? (rows.at(-1)?.line ?? null) : null };
    }),

  file: registrarProcedure
    .input(z.object({ batch: id }))
    .query(({ ctx, input }) => batchFile(ctx.ports.db, { ...input, scope: ctx.scope })),

  template: registrarProcedure.query(template),

  /** Keeps a list until it is confirmed; nothing is done yet. */
  give: registrarProcedure.input(z.object({ institutionId: id, list: octets })).mutation(({ ctx, input }) =>
    keepList(ctx.ports.db, {
      kind: "invitations",
      institutionId: input.institutionId,
      octets: input.list,
      scope: ctx.scope,
      by: ctx.member.id,
      now: ctx.ports.now(),
    }),
  ),

  /** What can be done of a list; of its lines those with a problem first, as many as a page shows. */
  plan: registrarProcedure.input(z.object({ id })).query(async ({ ctx, input }) => {
    const { db, rules } = ctx.ports;
    const wish = { ...input, kind: "invitations", scope: ctx.scope, by: ctx.member.id } as const;
    const given = await givenList(db, wish);
    const [lines, { nameJa, nameEn }] = await Promise.all([
      planInvitations(db, { ...given, rules }),
      db.institution.findUniqueOrThrow({ where: { id: given.institutionId } }),
    ]);
    const wrong = lines.filter(({ problem }) => problem !== null);
    const right = lines.filter(({ problem }) => problem === null);
    return {
      institution: { nameJa, nameEn },
      counts: { right: right.length, wrong: wrong.length },
      wrong: wrong.slice(0, shown),
      right: right.slice(0, shown),
    };
  }),

  make: registrarProcedure.input(z.object({ id })).mutation(async ({ ctx, input }) => {
    const whose = { scope: ctx.scope, by: ctx.member.id };
    const given = await givenList(ctx.ports.db, { ...input, kind: "invitations", ...whose });
    return makeInvitations(ctx.ports, { ...given, batch: input.id, ...whose });
  }),

  /** Without `id` all that still wait. */
  cancel: registrarProcedure
    .input(z.object({ batch: id, id: id.optional() }))
    .mutation(({ ctx, input }) => cancelInvitations(ctx.ports, { ...input, scope: ctx.scope })),
});
