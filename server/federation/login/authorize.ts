/** From «log me in at this institution» to what its login page is asked, and how. */
import type { OAuthReq } from "@boxyhq/saml-jackson";
import { providerForLogin } from "../metadata/lookup.ts";
import type { Provider } from "../metadata/read-providers.ts";
import { federationReady } from "../metadata/refresh.ts";
import { LoginRefusal } from "../refusal.ts";
import { serviceKey } from "../service/keys-in-force.ts";
import { callbackUrlOf, clientId, product, withJackson } from "../session/jackson.ts";
import type { Federation } from "../world.ts";
import { acsUrlOf, entityIdOf } from "../world.ts";
import { requestIdIn, type SignedForm, signedForm, signedRedirect } from "./authn-request.ts";
import { keepRequest } from "./requests.ts";
import type { StepUp } from "./step-up.ts";

/** What NextAuth put into its authorization URL, and whom to ask. Everything else in a query is left behind. */
export type Authorization = {
  idp: string;
  locale: string;
  state: string;
  codeChallenge: string;
  /** Never from a query: it is about the member who is logged in. */
  stepUp?: StepUp | undefined;
};

/** A URL to send the browser to, or a form to have it post. */
export type Onward = { location: string } | SignedForm;

export async function authorize(world: Federation, asked: Authorization): Promise<Onward> {
  const provider = await usableProvider(world, asked.idp);
  if (!asked.state || !asked.codeChallenge)
    throw new LoginRefusal("other_browser", { actual: "no state or challenge" });

  const answer = await withJackson(world, provider, (oauth) =>
    oauth.authorize({
      tenant: provider.id,
      product,
      client_id: clientId,
      redirect_uri: callbackUrlOf(world),
      response_type: "code",
      state: asked.state,
      code_challenge: asked.codeChallenge,
      code_challenge_method: "S256",
      scope: "",
    } as unknown as OAuthReq),
  );
  const url = answer.redirect_url;
  const relayState = url && new URL(url).searchParams.get("RelayState");
  if (!url || !relayState) throw new LoginRefusal("internal", { actual: "Jackson made no request" });

  const { stepUp, locale } = asked;
  const id = requestIdIn(url);
  await keepRequest(world, relayState, { requestId: id, providerId: provider.id, locale, ...stepUp });
  const request = {
    id,
    issueInstant: world.now(),
    issuer: entityIdOf(world),
    acsUrl: acsUrlOf(world),
    forceAuthn: stepUp !== undefined,
    authnContexts: stepUp?.authnContexts ?? [],
  };
  const key = await serviceKey(world, "sp-signing");
  // By preference the one that needs no page in between.
  if (provider.ssoRedirect)
    return {
      location: signedRedirect({ ...request, destination: provider.ssoRedirect }, relayState, key.privateKey),
    };
  return signedForm({ ...request, destination: provider.ssoPost ?? "" }, relayState, key);
}

async function usableProvider(world: Federation, id: string): Promise<Provider> {
  const inForce = await federationReady(world);
  const provider = inForce ? await providerForLogin(world, id) : null;
  if (!inForce || !provider)
    throw new LoginRefusal(inForce ? "idp_unknown" : "federation_unavailable", { actual: id.slice(0, 64) });
  const { ssoRedirect, ssoPost, certificates } = provider;
  if (!(ssoRedirect || ssoPost) || certificates.length === 0)
    throw new LoginRefusal("idp_unusable", {
      expected: "HTTP-Redirect or HTTP-POST, and a signing certificate",
      actual: provider.entityId,
    });
  return provider;
}
