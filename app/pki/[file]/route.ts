/** The public repository of the CA, where no server of our own answers ahead of Next.js. */
import { localCa } from "@/server/wiring.ts";

export const dynamic = "force-dynamic";

function answer(request: Request): Promise<Response> {
  return localCa().answerWeb(request);
}

export {
  answer as DELETE,
  answer as GET,
  answer as HEAD,
  answer as OPTIONS,
  answer as PATCH,
  answer as POST,
  answer as PUT,
};
