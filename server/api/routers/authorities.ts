/** The CAs, for anybody who has to trust them. */
import { publicationOf } from "../../ca/local/profiles.ts";
import { env } from "../../env.ts";
import { localCa } from "../../wiring.ts";
import { publicProcedure, router } from "../trpc.ts";

export const authoritiesRouter = router({
  list: publicProcedure.query(() => localCa().authorities()),

  /** Where their certificates and lists are, and where OCSP is answered, as certificates say it. */
  places: publicProcedure.query(() => {
    const { caIssuersUrl, ocspUrl = "" } = publicationOf(env().BASE_URL, "root", 0);
    return { repository: caIssuersUrl.slice(0, caIssuersUrl.lastIndexOf("/")), ocsp: ocspUrl };
  }),
});
