/** The CAs, for operators to look at: their keys are changed by commands (`npm run ca`), where the keys are. */
import { warnBefore } from "../../../ca/upki/upki.ts";
import { ownCa, upki } from "../../../wiring.ts";
import { operatorProcedure, router } from "../../trpc.ts";

export const authoritiesAdmin = router({
  view: operatorProcedure.query(async ({ ctx }) => {
    const [own, credential] = await Promise.all([ownCa(), upki()?.credential()]);
    const endsSoon =
      credential && "notAfter" in credential
        ? credential.notAfter.getTime() - warnBefore <= ctx.ports.now().getTime()
        : false;
    return {
      /** Null: the portal has none. */
      own: own && (await own.view()),
      /** NII's service: null where it is not the CA. */
      service: upki() && { credential: credential ?? null, endsSoon },
    };
  }),
});
