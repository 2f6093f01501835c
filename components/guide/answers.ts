/** What the guide is told by the API. */
import type { createCaller } from "@/server/api/root.ts";

export type AuthoritiesAnswer = Awaited<ReturnType<ReturnType<typeof createCaller>["authorities"]["list"]>>;
