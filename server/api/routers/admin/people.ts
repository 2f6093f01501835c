import { router } from "../../trpc.ts";

export const peopleAdmin = router({});
