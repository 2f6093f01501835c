/** The door as pages and server actions use it: the same procedures, without HTTP. */
import "server-only";
import { cache } from "react";
import { requestContext } from "./context.ts";
import { createCaller } from "./root.ts";

/** A caller in the name of whoever sent the request at hand. */
export const api = cache(async () => createCaller(await requestContext()));
