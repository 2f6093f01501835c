/** The way back: the provider's answer arrives, and becomes a code for NextAuth or a reason why not. */
import { readPerson } from "./attributes.ts";
import { bridgeResponse } from "./bridge.ts";
import { readBody, refused, seeOther } from "./doors.ts";
import { withJackson } from "./jackson.ts";
import { type Circumstances, logLogin } from "./login-log.ts";
import { type LoginRequest, requireInTime, takeRequest } from "./login-requests.ts";
import { findOrMakeMember } from "./members.ts";
import { providerInForce } from "./providers.ts";
import { LoginRefusal } from "./refusal.ts";
import { requireFirstUse } from "./replay.ts";
import { localeOfRequest } from "./safe-path.ts";
import { serviceKeys } from "./service-keys.ts";
import { openSession } from "./sessions.ts";
import { limits } from "./validation/prescan.ts";
import { validateResponse } from "./validation/validate.ts";
import { acsUrlOf, entityIdOf, type Federation } from "./world.ts";

/** The assertion consumer service (SAML 2.0 Bindings §3.5, HTTP-POST). */
export async function receiveAnswer(world: Federation, request: Request): Promise<Response> {
  // It comes from another site without our cookies: the language is in the row that waits for it.
  const about: Circumstances = { locale: localeOfRequest(request), step: "answer" };
  try {
    const { samlResponse, relayState } = await readForm(request);
    const pending = await takeRequest(world.db, relayState);
    about.locale = pending.locale;
    about.idp = pending.providerId;
    return seeOther(await redeem(world, pending, samlResponse, relayState, about));
  } catch (cause) {
    return refused(world, cause, about);
  }
}

async function redeem(
  world: Federation,
  pending: LoginRequest & { expiresAt: Date },
  samlResponse: string,
  relayState: string,
  about: Circumstances,
): Promise<string> {
  const now = world.now();
  requireInTime(pending, now);
  const provider = await providerInForce(world.db, pending.providerId, now);
  if (!provider) throw new LoginRefusal("idp_unknown", { actual: pending.providerId });
  about.entityId = provider.entityId;

  const { requestId, locale } = pending;
  const acsUrl = acsUrlOf(world);
  const audience = entityIdOf(world);
  const keys = await serviceKeys(world, "sp-encryption");
  const statement = validateResponse(samlResponse, {
    issuer: provider.entityId,
    certificates: provider.certificates,
    requestId,
    acsUrl,
    audience,
    now,
    privateKeys: keys.map(({ privateKey }) => privateKey),
  });
  const person = readPerson(statement, provider, audience);
  await requireFirstUse(world.db, statement);
  const signedIn = await findOrMakeMember(world.db, { provider, person, locale, now });
  const sessionId = await openSession(world, { ...statement, ...signedIn, assurance: person.assurance });
  const bridged = await bridgeResponse(sessionId, {
    issuer: provider.entityId,
    requestId,
    acsUrl,
    audience,
    now,
  });
  const { redirect_url: location } = await withJackson(world, provider, (oauth) =>
    oauth.samlResponse({ SAMLResponse: bridged, RelayState: relayState }),
  );
  if (!location || !new URL(location).searchParams.has("code"))
    throw new LoginRefusal("internal", { actual: "Jackson gave no code" });
  logLogin(provider.entityId, person, signedIn, statement.authnContext);
  return location;
}

async function readForm(request: Request): Promise<{ samlResponse: string; relayState: string }> {
  const body = await readBody(request, limits.bytes);
  if (body === null) throw new LoginRefusal("response_too_large", { expected: `${limits.bytes} octets` });
  const form = new URLSearchParams(body);
  const samlResponse = form.get("SAMLResponse");
  if (!samlResponse) throw new LoginRefusal("response_missing");
  const relayState = form.get("RelayState");
  if (!relayState) throw new LoginRefusal("request_unknown", { actual: "no RelayState" });
  return { samlResponse, relayState };
}
