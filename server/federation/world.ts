/** What this room needs of the world. Route handlers and pages take it from `federation()`, tests build their own. */
import { type Database, database } from "../db.ts";
import { env } from "../env.ts";
import { type Sealing, sealing } from "../secrets/sealing.ts";
import { type Registrant, registrantOf } from "./registrant.ts";

export type Federation = {
  db: Database;
  now: () => Date;
  /** Where people reach the portal, without a slash at the end. */
  baseUrl: string;
  /** Our own entityID, where it is another than the metadata's address. */
  entityId?: string | undefined;
  /** Who stands behind the portal, as metadata tell it. */
  registrant?: Registrant;
  /** What session cookies are encrypted with. */
  secret: string;
  sealing: Pick<Sealing, "seal" | "open">;
  source: Source;
  /** The federation's own page for choosing an institution; without one our login page does it. */
  discoveryService?: string | undefined;
  /** Whether REFEDS MFA counts as AAL2. */
  acceptRefedsMfa?: boolean;
};

/** Where the metadata comes from. `certificates`, PEM text or paths of PEM files, are the only ones that may have signed it. */
export type Source = { demo: true } | { demo: false; url: string; certificates: string };

/** Under which the federation knows us: the issuer of what we ask, the audience of what we are told. */
export function entityIdOf({ baseUrl, entityId }: Pick<Federation, "baseUrl" | "entityId">): string {
  return entityId ?? `${baseUrl}/api/saml/metadata`;
}

export function acsUrlOf({ baseUrl }: Pick<Federation, "baseUrl">): string {
  return `${baseUrl}/api/saml/acs`;
}

/** The process's own. */
export function federation(): Federation {
  const settings = env();
  return {
    db: database(),
    now: () => new Date(),
    baseUrl: settings.BASE_URL,
    entityId: settings.SAML_ENTITY_ID,
    registrant: registrantOf(settings),
    secret: settings.AUTH_SECRET,
    sealing: sealing(Buffer.from(settings.SEALING_KEY, "base64")),
    source: settings.DEMO_FEDERATION
      ? { demo: true }
      : {
          demo: false,
          url: settings.FEDERATION_METADATA_URL ?? "",
          certificates: settings.FEDERATION_SIGNING_CERT ?? "",
        },
    discoveryService: settings.DISCOVERY_SERVICE_URL,
    acceptRefedsMfa: settings.ACCEPT_REFEDS_MFA,
  };
}
