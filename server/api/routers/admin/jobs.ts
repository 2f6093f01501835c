import { router } from "../../trpc.ts";

export const jobsAdmin = router({});
