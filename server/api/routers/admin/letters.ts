import { router } from "../../trpc.ts";

export const lettersAdmin = router({});
