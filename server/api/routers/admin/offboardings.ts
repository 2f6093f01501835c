/** People who leave their institution: registrars for those of their own, operators for all. */
import { z } from "zod";
import { givenList, institutionsIn, keepList } from "../../../admin/given/draft.ts";
import { mostOctets } from "../../../admin/given/list.ts";
import { askOffboarding, undoOffboarding } from "../../../admin/offboarding/ask.ts";
import { planOffboarding } from "../../../admin/offboarding/plan.ts";
import {
  listOffboardings,
  offboardingOf,
  reportFile,
  reportLines,
} from "../../../admin/offboarding/report.ts";
import { reason, registrarProcedure, router, sensitiveProcedure } from "../../trpc.ts";

const id = z.string().regex(/^[\w-]{1,60}$/);
const octets = z.instanceof(Uint8Array).refine(({ length }) => length <= mostOctets, "too_long");
const perPage = 100;

export const offboardingsAdmin = router({
  /** Whose people may be off-boarded. */
  institutions: registrarProcedure.query(({ ctx }) => institutionsIn(ctx.ports.db, ctx.scope)),

  list: registrarProcedure
    .input(z.object({ before: id.optional() }))
    .query(({ ctx, input }) =>
      listOffboardings(ctx.ports.db, { ...input, scope: ctx.scope, now: ctx.ports.now() }),
    ),

  /** `after`: the line that the page before ended with. */
  get: registrarProcedure
    .input(z.object({ id, after: z.number().int().min(0).max(1_000_000).default(0) }))
    .query(async ({ ctx, input }) => {
      const { db } = ctx.ports;
      const { scope } = ctx;
      const [offboarding, lines] = await Promise.all([
        offboardingOf(db, { id: input.id, scope, now: ctx.ports.now() }),
        reportLines(db, { ...input, scope, take: perPage + 1 }),
      ]);
      const shown = lines.slice(0, perPage);
      return {
        offboarding,
        lines: shown,
        next: lines.length > perPage ? (shown.at(-1)?.line ?? null) : null,
      };
    }),

  file: registrarProcedure
    .input(z.object({ id }))
    .query(({ ctx, input }) => reportFile(ctx.ports.db, { ...input, scope: ctx.scope })),

  /** Keeps a list until it is confirmed; nothing is done yet. */
  give: sensitiveProcedure("off_board")
    .input(z.object({ institutionId: id, list: octets }))
    .mutation(({ ctx, input }) =>
      keepList(ctx.ports.db, {
        kind: "offboarding",
        institutionId: input.institutionId,
        octets: input.list,
        scope: ctx.scope,
        by: ctx.member.id,
        now: ctx.ports.now(),
      }),
    ),

  /** Whom a list means, and what would be ended. */
  plan: registrarProcedure.input(z.object({ id })).query(async ({ ctx, input }) => {
    const { db } = ctx.ports;
    const given = await givenList(db, {
      ...input,
      kind: "offboarding",
      scope: ctx.scope,
      by: ctx.member.id,
    });
    const [plan, { nameJa, nameEn, undoHours }] = await Promise.all([
      planOffboarding(db, { ...given, now: ctx.ports.now() }),
      db.institution.findUniqueOrThrow({ where: { id: given.institutionId } }),
    ]);
    const isSelf = plan.people.some(({ memberId }) => memberId === ctx.member.id);
    return { ...plan, isSelf, institution: { nameJa, nameEn }, undoHours };
  }),

  ask: sensitiveProcedure("off_board")
    .input(z.object({ id, reason }))
    .mutation(async ({ ctx, input }) => {
      const { scope, ports } = ctx;
      const by = ctx.member.id;
      const { institutionId, lines } = await givenList(ports.db, {
        id: input.id,
        kind: "offboarding",
        scope,
        by,
      });
      const key = `list:${input.id}`;
      return askOffboarding(ports, {
        ...{ institutionId, lines, scope, by, key },
        reason: input.reason,
        source: "list",
      });
    }),

  undo: registrarProcedure
    .input(z.object({ id }))
    .mutation(({ ctx, input }) =>
      undoOffboarding(ctx.ports, { ...input, scope: ctx.scope, by: ctx.member.id }),
    ),
});
