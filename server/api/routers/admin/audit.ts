import { router } from "../../trpc.ts";

export const auditAdmin = router({});
