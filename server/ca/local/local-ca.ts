/** The built-in CA with its issuing site: everything in one database, keys sealed. */
import type { Database } from "../../db.ts";
import type { CaOrder, CaRevocation, CertificateAuthority, Fact, Tell, TicketView } from "../../ports.ts";
import type { Sealing } from "../../secrets/sealing.ts";
import { type CertificateRequest, certify } from "./certify.ts";
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
import { type Authority, exampleAuthority } from "./profiles.ts";
import { type PublicFile, publicFile } from "./public-files.ts";
import { publishStale } from "./publish.ts";
import { reconcile } from "./reconcile.ts";
import { revoke } from "./revoke.ts";
import { submit } from "./submit.ts";
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
import type { World } from "./world.ts";

const halfADay = 12 * 60 * 60 * 1000;

export type LocalCaParts = {
  db: Database;
  now: () => Date;
  sealing: Sealing;
  tell: Tell;
  /** Where the public finds us, without a slash at its end. */
  baseUrl: string;
  /** Whose names the CA certificates bear, when they are made. */
  authority?: Authority;
  keys?: KeyRing;
  /** Signs with a key that is not in the database; `keyRef` says where it is. */
  openSigner?: OpenSigner;
  /** Where the root's key is; built in. */
  root?: RootPlace;
};

async function nowhere(keyRef: string): Promise<never> {
  throw new Error(`Nothing here can sign with the key ${keyRef}.`);
}

export class LocalCa implements CertificateAuthority {
  readonly #world: World;

  constructor({
    authority = exampleAuthority,
    keys = keyRing(),
    openSigner = nowhere,
    root = "built-in",
    ...parts
  }: LocalCaParts) {
    const issue = gathered<Wish, Granted>((wishes) => issueAll(this.#world, wishes), { lanes: 2, most: 64 });
    this.#world = { ...parts, keys, issue, issuers: issuersOf({ ...parts, authority, openSigner, root }) };
  }

  /** Makes root and issuing CAs where there are none, and first revocation lists. Call it at the start; whoever comes first does it anyway. */
  async prepare(): Promise<void> {
    await publishStale(this.#world);
  }

  /** Settles once the issuers' keys are there and open; throws when they cannot be opened. */
  async open(): Promise<void> {
    await this.#world.issuers();
  }

  submit(order: CaOrder): Promise<void> {
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
    return certify(this.#world, asked);
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

  /** The daily run: it may come some minutes before a day is over. */
  publishAll(): Promise<readonly string[]> {
    return publishStale(this.#world, undefined, halfADay);
  }

  tidy(): Promise<{ packages: number; pins: number }> {
    return tidy(this.#world);
  }
}
