/** What this room needs of the world. Route handlers and pages take it from `federation()`, tests build their own. */
import { type Database, database } from "../db.ts";
import { env } from "../env.ts";
import { ownSealing } from "../sealing.ts";
import type { Sealing } from "../secrets/sealing.ts";
import { type Registrant, registrantOf } from "./service/registrant.ts";

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
export type Source = { demo: true } | RealSource;

export type RealSource = {
  demo: false;
  /** Of the whole metadata; by MDQ, of the service that is asked for one entity at a time. */
  url: string;
  certificates: string;
  mdq?: boolean;
  /** Days that a copy may be in force. */
  maxDays?: number;
  /** Milliseconds that the source may be silent, and octets that it may give. */
  silence?: number;
  largest?: number;
  /** Milliseconds that the metadata of one institution may take by MDQ. */
  longest?: number;
};

/** What metadata in force are remembered by. The demo's name the portal's own address, so another address is another source. */
export function sourceOf({ source, baseUrl }: Pick<Federation, "source" | "baseUrl">): string {
  if (source.demo) return `demo at ${baseUrl}`;
  return source.mdq ? `MDQ at ${source.url}` : source.url;
}

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
    sealing: ownSealing(),
    source: settings.DEMO_FEDERATION
      ? { demo: true }
      : {
          demo: false,
          url: settings.FEDERATION_METADATA_URL ?? settings.FEDERATION_MDQ_URL ?? "",
          mdq: settings.FEDERATION_MDQ_URL !== undefined,
          certificates: settings.FEDERATION_SIGNING_CERT ?? "",
          maxDays: settings.FEDERATION_MAX_VALIDITY,
        },
    discoveryService: settings.DISCOVERY_SERVICE_URL,
    acceptRefedsMfa: settings.ACCEPT_REFEDS_MFA,
  };
}
