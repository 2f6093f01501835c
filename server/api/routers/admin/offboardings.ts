import { router } from "../../trpc.ts";

export const offboardingsAdmin = router({});
