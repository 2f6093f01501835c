/** The small forms of the login page: a search without JavaScript, and forgetting what was chosen before. */

import { fromOurPages, readBody, refused, seeOther } from "../login/doors.ts";
import { lastChosenCookie } from "../login/login.ts";
import { localeOfRequest, safePath } from "../login/safe-path.ts";
import { LoginRefusal } from "../refusal.ts";
import { expired } from "../session/cookies.ts";
import type { Federation } from "../world.ts";
import { askedFor } from "./asked-for.ts";

const largestForm = 16 * 1024;

/** Fields `q`, `to`, `locale`. Leads to the page with what was found. */
export async function askedFromForm(world: Federation, request: Request): Promise<Response> {
  const form = await formOf(request);
  return seeOther(loginPage(world, request, form));
}

/** Fields `q`, `to`, `locale`. */
export async function forgetChoices(world: Federation, request: Request): Promise<Response> {
  const form = await formOf(request);
  if (!fromOurPages(world, request))
    return refused(world, new LoginRefusal("cross_site", { expected: world.baseUrl }), {
      locale: localeOfRequest(request, form.get("locale")),
      step: "start",
    });
  return seeOther(loginPage(world, request, form), [expired(world, lastChosenCookie)]);
}

function loginPage(world: Federation, request: Request, form: URLSearchParams): string {
  const locale = localeOfRequest(request, form.get("locale"));
  const query = new URLSearchParams({ to: safePath(form.get("to"), locale) });
  const q = askedFor(form.get("q") ?? "");
  if (q !== "" && q !== "@") query.set("q", q);
  return `${world.baseUrl}/${locale}/login?${query}`;
}

async function formOf(request: Request): Promise<URLSearchParams> {
  return new URLSearchParams((await readBody(request, largestForm)) ?? "");
}
