/** The CAs, for anybody who has to trust them. */
import { publicUrlOf } from "../../ca/local/profiles.ts";
import { env } from "../../env.ts";
import { localCa } from "../../wiring.ts";
import { publicProcedure, router } from "../trpc.ts";

export const authoritiesRouter = router({
  /** Null where they are not the portal's own. */
  list: publicProcedure.query(() => (env().CA_BACKEND === "local" ? localCa().authorities() : null)),

  /** Where people fetch their certificates and lists, and where servers ask by OCSP: as certificates say it, without TLS. */
  places: publicProcedure.query(() => {
    const publicUrl = publicUrlOf(env());
    return { repository: `${env().BASE_URL}/pki`, ocsp: `${publicUrl}/ocsp` };
  }),
});
