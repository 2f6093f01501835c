import { router } from "../../trpc.ts";

export const approvalsAdmin = router({});
