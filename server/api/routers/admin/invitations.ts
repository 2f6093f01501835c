import { router } from "../../trpc.ts";

export const invitationsAdmin = router({});
