/** The doors of the demo providers. Shut, with 404, wherever the demo federation is not in use. */
import { readBody } from "../doors.ts";
import { localeOfRequest } from "../safe-path.ts";
import type { Federation } from "../world.ts";
import { writeAnswer, writeRefusal } from "./answer.ts";
import { type DemoInstitution, type DemoPerson, demoInstitution, demoPassword } from "./institutions.ts";
import { demoAggregate } from "./metadata.ts";
import { loginPage, refusalPage, sendingPage } from "./pages.ts";
import { readQuestion } from "./question.ts";

export async function showLogin(world: Federation, id: string, request: Request): Promise<Response> {
  const institution = openDoor(world, id);
  if (!institution) return notFound();
  const url = new URL(request.url);
  const locale = localeOfRequest(request, url.searchParams.get("lang"));
  const query = url.search.slice(1);
  const question = await readQuestion(world, institution, query).catch(() => null);
  return question
    ? loginPage(institution, locale, { query, wrong: false })
    : refusalPage(institution, locale);
}

export async function takeLogin(world: Federation, id: string, request: Request): Promise<Response> {
  const institution = openDoor(world, id);
  if (!institution) return notFound();
  const form = new URLSearchParams((await readBody(request, 64 * 1024)) ?? "");
  const locale = localeOfRequest(request, form.get("lang"));
  const query = form.get("query") ?? "";
  const question = await readQuestion(world, institution, query).catch(() => null);
  if (!question) return refusalPage(institution, locale);

  const { acsUrl, relayState } = question;
  if (form.get("action") === "cancel") {
    const samlResponse = await writeRefusal(world, institution, question);
    return sendingPage(institution, locale, { acsUrl, samlResponse, relayState, given: false });
  }
  const user = (form.get("user") ?? "").trim();
  const person = personOf(institution, user, form.get("password") ?? "");
  if (!person) return loginPage(institution, locale, { query, wrong: true, user });
  const samlResponse = await writeAnswer(world, institution, question, person);
  return sendingPage(institution, locale, { acsUrl, samlResponse, relayState, given: true });
}

export async function showAggregate(world: Federation): Promise<Response> {
  if (!world.source.demo) return notFound();
  return new Response(await demoAggregate(world), {
    headers: { "content-type": "application/samlmetadata+xml" },
  });
}

function openDoor(world: Federation, id: string): DemoInstitution | null {
  return world.source.demo ? demoInstitution(id) : null;
}

function personOf({ people }: DemoInstitution, user: string, password: string): DemoPerson | null {
  // Everybody knows the password: there is nothing to be careful about.
  return password === demoPassword ? (people.find((person) => person.user === user) ?? null) : null;
}

function notFound(): Response {
  return new Response(null, { status: 404 });
}
