/** The built-in CA with its issuing site: everything in one database, keys sealed. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { actor } from "../../audit/actor.ts";
import type { Database } from "../../db.ts";
import { kindNames } from "../../enrollment/kind.ts";
import type { KeyPair } from "../../pki/keys.ts";
import type { CaRevocation, CertificateAuthority, Fact, TellPlainly, TicketView } from "../../ports.ts";
import type { Bytes, Sealing } from "../../secrets/sealing.ts";
import { type AuthorityView, listAuthorities } from "./authorities.ts";
import { type Ending, warnOfEndingIssuers, warnOfMissingIssuers } from "./ceremony/endings.ts";
import { type AuthoritiesView, viewAuthorities } from "./ceremony/overview.ts";
import { type CertificateRequest, certifyAll } from "./certify.ts";
import { close } from "./close.ts";
import { collect } from "./collect.ts";
import { confirm } from "./confirm.ts";
import { enterPin } from "./enter-pin.ts";
import { fetchCertificate } from "./fetch-certificate.ts";
import { gathered } from "./gather.ts";
import { type Granted, issueAll, type Wish } from "./issue.ts";
import type { OpenSigner, RootPlace } from "./issuer-keys.ts";
import { issuersOf } from "./issuers.ts";
import { type KeyRing, keyRing } from "./keys.ts";
import { openTicket } from "./open.ts";
import { collectUrl, hasPin, readPin, readTicket } from "./owner.ts";
import { type Authority, exampleAuthority, publicUrlOf } from "./profiles.ts";
import { type PublicFile, publicFile } from "./public-files.ts";
import { type PublicationLimits, publicationMemory } from "./publication/memory.ts";
import { answerAhead } from "./publication/node-door.ts";
import { openNextShards } from "./publication/shards.ts";
import { answerWeb } from "./publication/web-door.ts";
import { publishStale } from "./publish.ts";
import { reconcile } from "./reconcile.ts";
import { revoke } from "./revoke.ts";
import { submit, type TicketOrder } from "./submit.ts";
import { tidy } from "./tidy.ts";
import { unlock } from "./unlock.ts";
import type {
  CertifyAnswer,
  ConfirmAnswer,
  IssuingView,
  PackageAnswer,
  PackageEncryption,
  PinAnswer,
} from "./views.ts";
import { findTickets, type World } from "./world.ts";

const halfADay = 12 * 60 * 60 * 1000;

export type LocalCaParts = {
  db: Database;
  now: () => Date;
  sealing: Sealing;
  tell: TellPlainly;
  /** Where the public finds us, without a slash at its end. */
  baseUrl: string;
  /** Where certificates say that `/pki` and `/ocsp` are, in the same form; there, without TLS. */
  publicUrl?: string;
  /** Whose names the CA certificates bear, when they are made. */
  authority?: Authority;
  keys?: KeyRing;
  /** Signs with a key that is not in the database; `keyRef` says where it is. */
  openSigner?: OpenSigner;
  /** Where the root's key is; built in. */
  root?: RootPlace;
  /** From when on lists are parted, or made anew less often. */
  limits?: PublicationLimits;
  /** The keys of OCSP responders; P-256. */
  makeResponderKey?: () => Promise<KeyPair>;
};

async function nowhere(keyRef: string): Promise<never> {
  throw new Error(`Nothing here can sign with the key ${keyRef}.`);
}

export class LocalCa implements CertificateAuthority {
  readonly #world: World;
  readonly #authority: Authority;
  /** Together with whoever else asks meanwhile. */
  readonly #certify: (asked: CertificateRequest) => Promise<CertifyAnswer>;

  constructor({
    authority = exampleAuthority,
    keys = keyRing(),
    openSigner = nowhere,
    root = "built-in",
    limits,
    makeResponderKey,
    publicUrl,
    ...others
  }: LocalCaParts) {
    const parts = { ...others, publicUrl: publicUrl ?? publicUrlOf({ BASE_URL: others.baseUrl }) };
    // Two lanes: while one group is with the database, the next is signed.
    const together = { lanes: 2, most: 64 };
    const issueTogether = gathered<Wish, Granted>((wishes) => issueAll(this.#world, wishes), together);
    const issue = (wish: Wish) => issueTogether({ ...wish, by: actor() });
    const look = gathered((hashes: readonly Bytes[]) => findTickets(parts.db, hashes), together);
    const certify = gathered(
      (asked: readonly CertificateRequest[]) => certifyAll(this.#world, asked),
      together,
    );
    this.#certify = (asked) => certify({ ...asked, by: actor() });
    this.#authority = authority;
    const issuers = issuersOf({ ...parts, authority, openSigner, root });
    const publication = publicationMemory({ ...parts, issuers, limits, makeResponderKey });
    this.#world = { ...parts, keys, issue, look, issuers, publication };
  }

  /** Makes root and issuing CAs where there are none, and first revocation lists. Call it at the start; whoever comes first does it anyway. */
  async prepare(): Promise<void> {
    await publishStale(this.#world);
    await warnOfMissingIssuers(this.#world);
  }

  /** Settles once the issuers' keys are there and open; throws when they cannot be opened. `issues`: whether every kind has its CA. */
  async open(): Promise<{ issues: boolean }> {
    const issuers = await this.#world.issuers();
    const kinds = kindNames.filter((kind) => issuers.issues(kind));
    for (const kind of kinds) issuers.issuing(kind);
    return { issues: kinds.length === kindNames.length };
  }

  submit(order: TicketOrder): Promise<void> {
    return submit(this.#world, order);
  }

  revoke(request: CaRevocation): Promise<void> {
    return revoke(this.#world, request);
  }

  close(orderId: string): Promise<void> {
    return close(this.#world, orderId);
  }

  reconcile(orderIds: readonly string[]): Promise<readonly Fact[]> {
    return reconcile(this.#world, orderIds);
  }

  readPin(orderId: string): Promise<string | null> {
    return readPin(this.#world, orderId);
  }

  hasPin(orderId: string): Promise<boolean> {
    return hasPin(this.#world, orderId);
  }

  readTicket(orderId: string): Promise<TicketView | null> {
    return readTicket(this.#world, orderId);
  }

  collectUrl(orderId: string, locale: string): Promise<string | null> {
    return collectUrl(this.#world, orderId, locale);
  }

  unlock(orderId: string): Promise<void> {
    return unlock(this.#world, orderId);
  }

  // The issuing site: what a browser with a ticket may ask.

  openTicket(asked: { ticket: string; browser?: string | null }): Promise<IssuingView> {
    return openTicket(this.#world, asked);
  }

  enterPin(given: { ticket: string; pin: string }): Promise<PinAnswer> {
    return enterPin(this.#world, given);
  }

  collect(asked: { ticket: string; browser: string; encryption: PackageEncryption }): Promise<PackageAnswer> {
    return collect(this.#world, asked);
  }

  certify(asked: CertificateRequest): Promise<CertifyAnswer> {
    return this.#certify(asked);
  }

  fetchCertificate(asked: { ticket: string; browser: string }): Promise<CertifyAnswer> {
    return fetchCertificate(this.#world, asked);
  }

  confirm(said: { ticket: string; browser: string }): Promise<ConfirmAnswer> {
    return confirm(this.#world, said);
  }

  // The public repository, and what runs by the clock.

  publicFile(name: string): Promise<PublicFile | "unknown" | "outdated"> {
    return publicFile(this.#world, name);
  }

  /** The same, and OCSP, on a server of Node's: false for a request that is somebody else's. */
  answerAhead(request: IncomingMessage, response: ServerResponse): boolean {
    return answerAhead(this.#world, request, response);
  }

  /** The same for route handlers. */
  answerWeb(request: Request): Promise<Response> {
    return answerWeb(this.#world, request);
  }

  /** The daily run: it may come some minutes before a day is over. */
  publishAll(): Promise<readonly string[]> {
    return publishStale(this.#world, { freshFor: halfADay, catchUp: true });
  }

  /** What publication owes between those runs: large lists that lack a revocation, lists that have grown enough. */
  async catchUp(): Promise<{ published: readonly string[]; opened: readonly string[] }> {
    const published = await publishStale(this.#world, { catchUp: true });
    return { published, opened: await openNextShards(this.#world) };
  }

  /** The next OCSP responders, where it is time. Returns for whom. */
  async renewResponders(): Promise<readonly string[]> {
    const { issuers, publication, now } = this.#world;
    const answered = [...(await issuers()).byId.values()].filter(
      ({ kind, notAfter }) => kind !== "root" && notAfter > now(),
    );
    return publication.responders.renew(answered);
  }

  /** The CAs that anybody may have to know. */
  authorities(): Promise<AuthorityView[]> {
    return listAuthorities(this.#world.db, this.#world.now());
  }

  /** What operators watch. */
  view(): Promise<AuthoritiesView> {
    return viewAuthorities({ ...this.#world, authority: this.#authority });
  }

  /** Says in the log which issuers end soon, or are not there. */
  async warnOfEndings(): Promise<readonly Ending[]> {
    await warnOfMissingIssuers(this.#world);
    return warnOfEndingIssuers({ ...this.#world, authority: this.#authority });
  }

  tidy(): Promise<{ packages: number; pins: number }> {
    return tidy(this.#world);
  }
}
