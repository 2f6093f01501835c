/** From «log me in at this institution» to the URL of its login page. */
import type { OAuthReq } from "@boxyhq/saml-jackson";
import { requestIdIn, signedRedirect } from "./authn-request.ts";
import { callbackUrlOf, clientId, product, withJackson } from "./jackson.ts";
import { keepRequest } from "./login-requests.ts";
import { providerInForce } from "./providers.ts";
import type { Provider } from "./read-providers.ts";
import { federationReady } from "./refresh.ts";
import { LoginRefusal } from "./refusal.ts";
import { serviceKey } from "./service-keys.ts";
import type { Federation } from "./world.ts";
import { acsUrlOf, entityIdOf } from "./world.ts";

/** What NextAuth put into its authorization URL, and whom to ask. Everything else in a query is left behind. */
export type Authorization = { idp: string; locale: string; state: string; codeChallenge: string };

export async function authorize(world: Federation, asked: Authorization): Promise<string> {
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

  const id = requestIdIn(url);
  await keepRequest(world, relayState, { requestId: id, providerId: provider.id, locale: asked.locale });
  const { privateKey } = await serviceKey(world, "sp-signing");
  return signedRedirect(
    {
      id,
      issueInstant: world.now(),
      destination: provider.ssoRedirect,
      issuer: entityIdOf(world),
      acsUrl: acsUrlOf(world),
    },
    relayState,
    privateKey,
  );
}

async function usableProvider(world: Federation, id: string): Promise<Provider & { ssoRedirect: string }> {
  const inForce = await federationReady(world);
  const provider = await providerInForce(world.db, id, world.now());
  if (!inForce || !provider)
    throw new LoginRefusal(inForce ? "idp_unknown" : "federation_unavailable", { actual: id.slice(0, 64) });
  const { ssoRedirect, certificates } = provider;
  if (!ssoRedirect || certificates.length === 0)
    throw new LoginRefusal("idp_unusable", {
      expected: "HTTP-Redirect and a signing certificate",
      actual: provider.entityId,
    });
  return { ...provider, ssoRedirect };
}
