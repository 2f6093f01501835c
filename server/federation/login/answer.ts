/** The way back: the provider's answer arrives, and becomes a code for NextAuth or a reason why not. */

import { setUpDemoRoles } from "../demo/roles.ts";
import { providerInForce } from "../metadata/providers.ts";
import { validateOffLoop } from "../off-loop/validate.ts";
import { readAttributes } from "../people/attributes.ts";
import { followAffiliation } from "../people/lost-affiliation.ts";
import { findOrMakeMember } from "../people/members.ts";
import { personIn } from "../people/person.ts";
import { keepRelease } from "../people/releases.ts";
import { followStatedRole } from "../people/stated-roles.ts";
import { LoginRefusal } from "../refusal.ts";
import { serviceKeys } from "../service/keys-in-force.ts";
import { bridgeResponse } from "../session/bridge.ts";
import { withJackson } from "../session/jackson.ts";
import { openSession } from "../session/sessions.ts";
import { limits } from "../validation/prescan.ts";
import { acsUrlOf, entityIdOf, type Federation } from "../world.ts";
import { readBody, refused, seeOther } from "./doors.ts";
import { type Circumstances, recordLogin } from "./log.ts";
import { requireFirstUse } from "./replay.ts";
import { requireInTime, type TakenRequest, takeRequest } from "./requests.ts";
import { localeOfRequest } from "./safe-path.ts";
import { requireStrong } from "./step-up.ts";

/** The assertion consumer service (SAML 2.0 Bindings §3.5, HTTP-POST). */
export async function receiveAnswer(world: Federation, request: Request): Promise<Response> {
  // It comes from another site without our cookies: the language is in the row that waits for it.
  const about: Circumstances = { locale: localeOfRequest(request), step: "answer" };
  try {
    const { samlResponse, relayState } = await readForm(request);
    const pending = await takeRequest(world.db, relayState);
    about.locale = pending.locale;
    about.idp = pending.providerId;
    if (pending.memberId) about.memberId = pending.memberId;
    if (pending.returnTo) about.returnTo = pending.returnTo;
    return seeOther(await redeem(world, pending, samlResponse, relayState, about));
  } catch (cause) {
    return refused(world, cause, about);
  }
}

async function redeem(
  world: Federation,
  pending: TakenRequest,
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
  const statement = await validateOffLoop(samlResponse, {
    issuer: provider.entityId,
    certificates: provider.certificates,
    requestId,
    acsUrl,
    audience,
    now,
    privateKeys: keys.map(({ privateKey }) => privateKey),
  });
  const reading = readAttributes(statement, provider, audience);
  about.release = { reading, authnContext: statement.authnContext };
  const person = personIn(reading);
  requireStrong(pending, statement);
  await requireFirstUse(world.db, statement);
  const { memberId } = pending;
  const signedIn = await findOrMakeMember(world.db, { provider, person, locale, now, memberId });
  await setUpDemoRoles(world, { entityId: provider.entityId, person, ...signedIn });
  if (signedIn.mayStateRole) await followStatedRole(world, reading, signedIn);
  if (signedIn.needsAffiliation) await followAffiliation(world, reading, signedIn);
  const { assurance } = person;
  const stepUp = memberId !== null;
  const sessionId = await openSession(world, { ...statement, ...signedIn, assurance, stepUp });
  const bridged = await bridgeResponse(sessionId, { issuer: provider.entityId, requestId, audience, now });
  const { redirect_url: location } = await withJackson(world, provider, (oauth) =>
    oauth.samlResponse({ SAMLResponse: bridged, RelayState: relayState }),
  );
  if (!location || !new URL(location).searchParams.has("code"))
    throw new LoginRefusal("internal", { actual: "Jackson gave no code" });
  const { entityId } = provider;
  await Promise.all([
    recordLogin(world, { entityId, person, release: about.release, ...signedIn }),
    keepRelease(world, sessionId, entityId, about.release),
  ]);
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
