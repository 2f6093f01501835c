/** What registrars see and do of the traffic with NII's service, each for their institutions, operators for all. Where it is not the CA there is nothing here. */
import { z } from "zod";
import { adopt, type Plan, planAdoption } from "../../ca/upki/adopt.ts";
import { enterReply, fileOf, makeFile, settleFile } from "../../ca/upki/by-hand.ts";
import { mostOctets, receiveMail } from "../../ca/upki/intake.ts";
import { hexOf } from "../../ca/upki/line.ts";
import {
  assignDead,
  discardDead,
  dismissDifference,
  endWithoutPin,
  retryDead,
  wantList,
} from "../../ca/upki/looked-after.ts";
import { deadLetters, openDifferences, openRequests, overview } from "../../ca/upki/office.ts";
import { compareList } from "../../ca/upki/reconcile.ts";
import { warnBefore } from "../../ca/upki/upki.ts";
import { writtenSerial } from "../../enrollment/written.ts";
import { PortalError } from "../../errors.ts";
import { upki } from "../../wiring.ts";
import { registrarProcedure, router } from "../trpc.ts";

const largestReply = 4 * 1024 * 1024;
const largestList = 32 * 1024 * 1024;

const kind = z.enum(["issue", "renew", "revoke"]);
const upload = z.uuid();
const octets = (most: number) => z.instanceof(Uint8Array).refine(({ length }) => length <= most, "too_long");
const recordId = z.string().regex(/^[a-z0-9]{1,64}$/);
const letter = { id: recordId, what: z.enum(["mail", "pins"]) };
const name = z
  .string()
  .min(1)
  .max(2000)
  .refine((text) => !text.includes("\0"));
const chosen = z.array(recordId).max(100);

/** `whose`: what every deed has to be told. */
const connected = registrarProcedure.use(({ ctx, next }) => {
  const nii = upki();
  if (!nii) throw new PortalError("not_found");
  const { institutions } = ctx.scope;
  return next({ ctx: { ...ctx, nii, whose: { institutions, by: ctx.member.id } } });
});

/** Where the portal goes to the site itself, nobody else may move its files. */
const byHand = connected.use(({ ctx, next }) => {
  if (ctx.nii.world.settings.transport !== "manual") throw new PortalError("not_found");
  return next();
});

export const upkiRouter = router({
  /** What is about all institutions at once only operators see: the site's fault, the registrar's certificate, pages with PINs. */
  overview: connected.query(async ({ ctx: { nii, whose, ports } }) => {
    const { institutions } = whose;
    const [{ fault, pins, ...view }, dead, differences] = await Promise.all([
      overview(nii.world, institutions),
      deadLetters(nii.world, institutions),
      openDifferences(nii.world, institutions),
    ]);
    const counted = { ...view, dead: dead.length, differences: differences.length };
    if (institutions !== null) return { ...counted, site: null };
    const credential = await nii.credential();
    const endsSoon =
      credential !== null &&
      "notAfter" in credential &&
      credential.notAfter.getTime() - warnBefore <= ports.now().getTime();
    return { ...counted, site: { fault, pins, credential, endsSoon } };
  }),

  makeFile: byHand
    .input(z.object({ kind }))
    .mutation(({ ctx: { nii, whose }, input }) => makeFile(nii.world, input.kind, whose.institutions)),

  file: byHand.input(z.object({ upload })).query(async ({ ctx: { nii, whose }, input }) => {
    const file = await fileOf(nii.world, input.upload, whose.institutions);
    if (!file) throw new PortalError("not_found");
    return file;
  }),

  settleFile: byHand
    .input(z.object({ upload, as: z.enum(["taken", "waiting"]) }))
    .mutation(({ ctx: { nii, whose }, input }) => settleFile(nii.world, { ...input, ...whose })),

  enterReply: byHand
    .input(z.object({ upload, page: octets(largestReply) }))
    .mutation(({ ctx: { nii, whose }, input }) => enterReply(nii.world, { ...input, ...whose })),

  takeMail: connected
    .input(z.object({ mail: octets(mostOctets) }))
    .mutation(async ({ ctx: { nii }, input }) => {
      const received = await receiveMail(nii.world, input.mail, "upload");
      if (!received) throw new PortalError("invalid_input");
      const { status, reason, again } = received;
      return { status, reason, again };
    }),

  takeList: connected
    .input(z.object({ list: octets(largestList) }))
    .mutation(async ({ ctx: { nii, whose }, input }) => {
      const { institutions } = whose;
      const compared = await compareList(nii.world, input.list, { via: "upload", institutions });
      if ("fault" in compared) return { fault: compared.fault };
      const { rows, told, differences } = compared;
      return { rows: rows.length, told, differences };
    }),

  wantList: connected.mutation(({ ctx: { nii } }) => wantList(nii.world)),

  dead: connected.query(async ({ ctx: { nii, whose } }) => {
    const letters = await deadLetters(nii.world, whose.institutions);
    return letters.map(({ serial, ...rest }) => ({ ...rest, serial: written(serial) }));
  }),

  openRequests: connected.query(({ ctx: { nii, whose } }) => openRequests(nii.world, whose.institutions)),

  retry: connected
    .input(z.object(letter))
    .mutation(({ ctx: { nii, whose }, input }) => retryDead(nii.world, { ...input, ...whose })),

  /** `name`: which of a file with PINs. */
  assign: connected
    .input(z.object({ ...letter, name: name.optional(), requestId: recordId }))
    .mutation(({ ctx: { nii, whose }, input }) => assignDead(nii.world, { ...input, ...whose })),

  discard: connected
    .input(z.object(letter))
    .mutation(({ ctx: { nii, whose }, input }) => discardDead(nii.world, { ...input, ...whose })),

  differences: connected.query(async ({ ctx: { nii, whose } }) => {
    const rows = await openDifferences(nii.world, whose.institutions);
    return rows.map(({ serial, ...rest }) => ({ ...rest, serial: written(serial) }));
  }),

  dismiss: connected
    .input(z.object({ id: recordId }))
    .mutation(({ ctx: { nii, whose }, input }) => dismissDifference(nii.world, { ...input, ...whose })),

  endWithoutPin: connected
    .input(z.object({ id: recordId }))
    .mutation(({ ctx: { nii, whose }, input }) => endWithoutPin(nii.world, { ...input, ...whose })),

  /** What adoption would make of the chosen differences: nothing is done. */
  planAdoption: connected
    .input(z.object({ ids: chosen }))
    .query(async ({ ctx: { nii, whose }, input }) =>
      (await planAdoption(nii.world, input.ids, whose.institutions)).map(shown),
    ),

  adopt: connected
    .input(z.object({ ids: chosen }))
    .mutation(async ({ ctx: { nii, whose }, input }) =>
      (await adopt(nii.world, { ...input, ...whose })).map(shown),
    ),
});

function shown({ holder, serial, ...rest }: Plan) {
  return { ...rest, holder: holder?.name ?? null, serial: written(serial) };
}

/** Of a decimal one; null where there is none. */
function written(serial: string | null) {
  return serial ? writtenSerial(hexOf(serial)) : null;
}
