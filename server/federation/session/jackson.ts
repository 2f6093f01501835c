/** Jackson: the OAuth engine between SAML and NextAuth (PKCE, codes, tokens). It runs in process and never reads a stranger's XML. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { IOAuthController, JacksonOption } from "@boxyhq/saml-jackson";
import { log } from "../../log.ts";
import type { Provider } from "../metadata/read-providers.ts";
import { pemOf } from "../service/keys.ts";
import { acsUrlOf, entityIdOf, type Federation } from "../world.ts";
import { bridgeKey } from "./bridge.ts";
import { driverOver, type Surroundings, storedBy } from "./jackson-driver.ts";
import { unwrap } from "./unwrap.ts";

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

/**
 * Jackson's OAuth controller alone. Its front door would start directory synchronisation, drivers of databases that are not
 * ours and its commercial parts as well, which cost memory and need packages that are left out of this installation.
 */
async function start(world: Federation): Promise<Jackson> {
  const [{ OAuthController }, Store, { init }] = await Promise.all([
    import("@boxyhq/saml-jackson/dist/controller/oauth.js"),
    import("@boxyhq/saml-jackson/dist/db/store.js").then((module) => unwrap(module.default)),
    import("@boxyhq/saml-jackson/dist/saml/x509.js"),
  ]);
  const surroundings = new AsyncLocalStorage<Surroundings>();
  const database = storedBy(driverOver(surroundings));
  const { privateKey, certificate } = await bridgeKey();
  const opts: JacksonOption = {
    externalUrl: world.baseUrl,
    samlPath: new URL(acsUrlOf(world)).pathname,
    acsUrl: acsUrlOf(world),
    samlAudience: entityIdOf(world),
    idpEnabled: false,
    noAnalytics: true,
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
  };
  await init(Store.new("x509:certificates", database), opts);
  const oauth = new OAuthController({
    connectionStore: Store.new("saml:config", database),
    sessionStore: Store.new("oauth:session", database, keepSeconds),
    codeStore: Store.new("oauth:code", database, keepSeconds),
    tokenStore: Store.new("oauth:token", database, keepSeconds),
    // The portal keeps its own record of what went wrong (login/log.ts).
    ssoTraces: { saveTrace: async () => undefined },
    idFedApp: undefined,
    opts,
  });
  return { oauth, surroundings };
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
      // What it writes for this address is written anew (login/authorize.ts), for whichever binding the provider has.
      sso: { redirectUrl: provider.ssoRedirect ?? provider.ssoPost },
      publicKey: certificate,
      provider: provider.entityId,
    },
  };
}

function inBase64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
