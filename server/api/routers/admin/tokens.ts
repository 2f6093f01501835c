import { router } from "../../trpc.ts";

export const tokensAdmin = router({});
