/** Jackson: the OAuth engine between SAML and NextAuth (PKCE, codes, tokens). It runs in process and never reads a stranger's XML. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { IOAuthController } from "@boxyhq/saml-jackson";
import { log } from "../log.ts";
import { bridgeKey } from "./bridge.ts";
import { driverOver, type Surroundings } from "./jackson-driver.ts";
import { pemOf } from "./keys.ts";
import type { Provider } from "./read-providers.ts";
import { acsUrlOf, entityIdOf, type Federation } from "./world.ts";

export const product = "portal";
export const clientId = "portal";

/** Seconds that a code or a token is good for, and a login may take at the provider. */
const keepSeconds = 15 * 60;

type Jackson = { oauth: IOAuthController; surroundings: AsyncLocalStorage<Surroundings> };

const kept = globalThis as { portalJackson?: Promise<Jackson> };

/** The one URL Jackson may send a code to. */
export function callbackUrlOf({ baseUrl }: Pick<Federation, "baseUrl">): string {
  return `${baseUrl}/api/auth/callback/boxyhq-saml`;
}

/** Runs one call of Jackson; `provider` is the only connection it will find. */
export async function withJackson<T>(
  world: Federation,
  provider: Provider | null,
  call: (oauth: IOAuthController) => Promise<T>,
): Promise<T> {
  kept.portalJackson ??= start(world);
  const { oauth, surroundings } = await kept.portalJackson;
  const connection = provider && (await connectionOf(world, provider));
  return surroundings.run({ db: world.db, now: world.now(), connection }, () => call(oauth));
}

async function start(world: Federation): Promise<Jackson> {
  const { controllers } = await import("@boxyhq/saml-jackson");
  const surroundings = new AsyncLocalStorage<Surroundings>();
  const { privateKey, certificate } = await bridgeKey();
  const started = await controllers({
    externalUrl: world.baseUrl,
    samlPath: new URL(acsUrlOf(world)).pathname,
    samlAudience: entityIdOf(world),
    idpEnabled: false,
    noAnalytics: true,
    ssoTraces: { redact: true },
    openid: { redirectExactMatch: true },
    // Its own signature on requests is taken off again, so it needs none of our registered keys.
    certs: { privateKey: inBase64(privateKey), publicKey: inBase64(pemOf(certificate, "CERTIFICATE")) },
    clientSecretVerifier: world.secret,
    db: { driver: driverOver(surroundings), ttl: keepSeconds },
    logger: {
      info: (message) => log.debug({ from: "jackson" }, message),
      warn: (message) => log.warn({ from: "jackson" }, message),
      error: (message) => log.warn({ from: "jackson" }, message),
    },
  });
  return { oauth: started.oauthController, surroundings };
}

/** As Jackson would have stored it: one tenant a provider, believed only by the bridge's key. */
async function connectionOf(world: Federation, provider: Provider): Promise<object> {
  const { certificate } = await bridgeKey();
  return {
    clientID: provider.id,
    clientSecret: world.secret,
    tenant: provider.id,
    product,
    redirectUrl: [callbackUrlOf(world)],
    defaultRedirectUrl: callbackUrlOf(world),
    identifierFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
    idpMetadata: {
      entityID: provider.entityId,
      sso: { redirectUrl: provider.ssoRedirect },
      publicKey: certificate,
      provider: provider.entityId,
    },
  };
}

function inBase64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
