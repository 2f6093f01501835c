/** What is set for institutions: each by its registrars, all by operators. */
import { z } from "zod";
import { searchInstitutions } from "../../../admin/institutions.ts";
import { settingNames } from "../../../admin/settings/declared.ts";
import { exportPart } from "../../../admin/settings/export.ts";
import { formats } from "../../../admin/settings/file.ts";
import { applyPlan, planOf, planSettings } from "../../../admin/settings/plan.ts";
import { versionsOf } from "../../../admin/settings/versions.ts";
import { changeByForm, settingsOf } from "../../../admin/settings/view.ts";
import { faultsOfName } from "../../../ca/upki/name-rules.ts";
import { env } from "../../../env.ts";
import { PortalError } from "../../../errors.ts";
import type { Ports } from "../../../ports.ts";
import type { Scope } from "../../../roles.ts";
import {
  operatorProcedure,
  proofMissing,
  reason,
  registrarProcedure,
  router,
  sensitiveProcedure,
} from "../../trpc.ts";

/** The database takes no text with a NUL. */
const line = z.string().refine((text) => !text.includes("\0"));
const entityId = line.min(1).max(1024);
const version = z.number().int().min(1).max(2_147_483_647);
const planId = z.string().regex(/^[a-z0-9]{1,64}$/);
/** Longer than any setting may be: what is too long is said at its field. */
const typed = z.partialRecord(z.enum(settingNames as [(typeof settingNames)[number]]), line.max(20_000));
/** 800 institutions with every notice written out. */
export const mostOctets = 8 * 1024 * 1024;

const judgeOf = ({ ports, scope }: { ports: Ports; scope: Scope }) => ({
  scope,
  terms: ports.rules.terms,
  nameRules: env().CA_BACKEND === "upki" ? faultsOfName : null,
});

/** Of all institutions at once: for whoever looks after one there is nothing here. */
const forAll = sensitiveProcedure("change_settings").use(({ ctx, next }) => {
  if (ctx.scope.institutions !== null) throw new PortalError("not_found");
  return next();
});

export const settingsAdmin = router({
  search: registrarProcedure
    .input(
      z.object({ q: line.trim().max(200), locale: z.enum(["ja", "en"]), after: line.max(40).optional() }),
    )
    .query(({ ctx: { ports, scope }, input }) =>
      searchInstitutions(ports.db, { ...input, scope, now: ports.now() }),
    ),

  /** `missing`: what whoever looks has to prove before they may change anything. */
  get: registrarProcedure
    .input(z.object({ entityId, from: version.optional() }))
    .query(async ({ ctx, input }) => ({
      ...(await settingsOf(ctx.ports.db, { ...input, now: ctx.ports.now(), judge: judgeOf(ctx) })),
      memberLimit: ctx.ports.settings.clientCertificateLimit,
      missing: proofMissing(ctx, "change_settings"),
    })),

  change: sensitiveProcedure("change_settings")
    .input(z.object({ entityId, seen: version, texts: typed, reason }))
    .mutation(({ ctx, input: { reason, ...wish } }) =>
      changeByForm(ctx.ports.db, wish, {
        ...judgeOf(ctx),
        ...{ by: ctx.member.id, reason, now: ctx.ports.now() },
      }),
    ),

  versions: registrarProcedure
    .input(z.object({ entityId, before: version.optional() }))
    .query(({ ctx: { ports, scope }, input }) => versionsOf(ports.db, { ...input, scope, now: ports.now() })),

  exportPart: operatorProcedure
    .input(
      z.object({
        format: z.enum(formats),
        place: z.object({ among: z.enum(["kept", "new"]), after: line.max(1024) }).nullable(),
      }),
    )
    .query(({ ctx: { ports }, input }) => exportPart(ports.db, { ...input, now: ports.now() })),

  plan: forAll
    .input(
      z.object({
        format: z.enum(formats),
        octets: z.instanceof(Uint8Array).refine(({ length }) => length <= mostOctets, "too_long"),
      }),
    )
    .mutation(({ ctx, input }) =>
      planSettings(ctx.ports.db, input, {
        ...{ by: ctx.member.id, now: ctx.ports.now(), judge: judgeOf(ctx) },
      }),
    ),

  planned: operatorProcedure
    .input(z.object({ id: planId, from: z.number().int().min(0).max(10_000).optional() }))
    .query(({ ctx: { ports }, input }) => planOf(ports.db, { ...input, now: ports.now() })),

  carryOut: forAll.input(z.object({ id: planId, reason })).mutation(({ ctx, input }) =>
    applyPlan(ctx.ports.db, input.id, {
      ...judgeOf(ctx),
      ...{ by: ctx.member.id, reason: input.reason, now: ctx.ports.now() },
    }),
  ),
});
