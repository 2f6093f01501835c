/** The CAs, for anybody who has to trust them. */
import { localCa } from "../../wiring.ts";
import { publicProcedure, router } from "../trpc.ts";

export const authoritiesRouter = router({
  list: publicProcedure.query(() => localCa().authorities()),
});
