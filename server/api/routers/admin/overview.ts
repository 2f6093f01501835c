import { router } from "../../trpc.ts";

export const overviewAdmin = router({});
