import { router } from "../../trpc.ts";

export const applicationsAdmin = router({});
