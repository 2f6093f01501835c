import { router } from "../../trpc.ts";

export const webhooksAdmin = router({});
