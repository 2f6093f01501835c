/** Links and redirects that keep the reader's language in the path. */
import { createNavigation } from "next-intl/navigation";
import { routing } from "./routing.ts";

export const { Link, redirect, usePathname, getPathname } = createNavigation(routing);
