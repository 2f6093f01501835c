import { router } from "../../trpc.ts";

export const authoritiesAdmin = router({});
