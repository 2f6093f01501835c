import { router } from "../../trpc.ts";

export const settingsAdmin = router({});
