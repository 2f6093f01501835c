/** The doors of the demo providers. Shut, with 404, wherever the demo federation is not in use. */
import { readBody } from "../login/doors.ts";
import { type Locale, localeOfRequest } from "../login/safe-path.ts";
import type { Federation } from "../world.ts";
import { writeAnswer, writeRefusal } from "./answer.ts";
import {
  type DemoInstitution,
  type DemoPerson,
  demoCode,
  demoInstitution,
  demoPassword,
  passwordContext,
} from "./institutions.ts";
import { demoAggregate } from "./metadata.ts";
import { loginPage, refusalPage, secondPage, sendingPage } from "./pages.ts";
import { type Question, readQuestion } from "./question.ts";

/** A question that came by HTTP-Redirect; or any, when its reader chose the other language. */
export async function showLogin(world: Federation, id: string, request: Request): Promise<Response> {
  const institution = openDoor(world, id);
  if (!institution) return notFound();
  const url = new URL(request.url);
  const locale = localeOfRequest(request, url.searchParams.get("lang"));
  return ask(world, institution, locale, url.search.slice(1));
}

/** A question that came by HTTP-POST, or the form of one of our own pages. */
export async function takeForm(world: Federation, id: string, request: Request): Promise<Response> {
  const institution = openDoor(world, id);
  if (!institution) return notFound();
  const body = (await readBody(request, 64 * 1024)) ?? "";
  const form = new URLSearchParams(body);
  const locale = localeOfRequest(request, form.get("lang"));
  if (form.has("SAMLRequest")) return ask(world, institution, locale, body);

  const message = form.get("message") ?? "";
  const question = await readQuestion(world, institution, message).catch(() => null);
  if (!question) return refusalPage(institution, locale);
  if (form.get("action") === "cancel")
    return refuse(world, { institution, locale, question }, "AuthnFailed", "cancelled");
  return confirm(world, { institution, locale, question }, message, form);
}

async function ask(world: Federation, institution: DemoInstitution, locale: Locale, message: string) {
  const question = await readQuestion(world, institution, message).catch(() => null);
  if (!question) return refusalPage(institution, locale);
  if (!contextFor(institution, question))
    return refuse(world, { institution, locale, question }, "NoAuthnContext", "cannot");
  return loginPage(institution, locale, { message, wrong: false });
}

type Asked = { institution: DemoInstitution; locale: Locale; question: Question };

/** By password and, where more than that is asked for, by a code. */
async function confirm(world: Federation, asked: Asked, message: string, form: URLSearchParams) {
  const { institution, locale, question } = asked;
  const user = (form.get("user") ?? "").trim();
  const password = form.get("password") ?? "";
  const person = personOf(institution, user, password);
  if (!person) return loginPage(institution, locale, { message, wrong: true, user });
  const context = contextFor(institution, question);
  if (!context) return refuse(world, asked, "NoAuthnContext", "cannot");
  if (context !== passwordContext && form.get("code")?.trim() !== demoCode)
    return secondPage(institution, locale, { message, user, password, wrong: form.has("code") });
  const samlResponse = await writeAnswer(world, institution, question, person, context);
  const { acsUrl, relayState } = question;
  return sendingPage(institution, locale, { acsUrl, samlResponse, relayState, outcome: "sending" });
}

async function refuse(
  world: Federation,
  { institution, locale, question }: Asked,
  reason: "AuthnFailed" | "NoAuthnContext",
  outcome: "cancelled" | "cannot",
): Promise<Response> {
  const samlResponse = await writeRefusal(world, institution, question, reason);
  const { acsUrl, relayState } = question;
  return sendingPage(institution, locale, { acsUrl, samlResponse, relayState, outcome });
}

/** The first of what was asked for that the institution can do; null when it can do none of it. */
function contextFor({ authnContexts }: DemoInstitution, question: Question): string | null {
  if (question.authnContexts.length === 0) return passwordContext;
  return question.authnContexts.find((context) => authnContexts.includes(context)) ?? null;
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
