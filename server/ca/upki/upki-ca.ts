/** NII's service as the CA: orders go out as lines of TSV, and what comes of them is told by signed mails and by the list. */
import type { CaOrder, CaRevocation, CertificateAuthority, Fact, TicketView } from "../../ports.ts";
import { close } from "./close.ts";
import { hasPin, knows, readPin, readTicket, reconcile } from "./owner.ts";
import { revoke } from "./revoke.ts";
import { submit } from "./submit.ts";
import type { World } from "./world.ts";

/** `before`: the CA that the portal had earlier, which goes on with what it was given. */
export class UpkiCa implements CertificateAuthority {
  readonly #world: World;
  readonly #before: CertificateAuthority;

  constructor(world: World, before: CertificateAuthority) {
    this.#world = world;
    this.#before = before;
  }

  /** What the earlier CA has at hand stays with it. */
  async submit(order: CaOrder): Promise<void> {
    if (await this.#isEarlier(order.id)) return this.#before.submit(order);
    return submit(this.#world, order);
  }

  async revoke(request: CaRevocation): Promise<void> {
    const own = await this.#own(request.orderIds);
    if (own.length > 0) return revoke(this.#world, request);
    return this.#before.revoke(request);
  }

  async close(orderId: string): Promise<void> {
    return (await knows(this.#world, orderId)) ? close(this.#world, orderId) : this.#before.close(orderId);
  }

  async reconcile(orderIds: readonly string[]): Promise<readonly Fact[]> {
    const own = await this.#own(orderIds);
    const others = orderIds.filter((id) => !own.includes(id));
    const [facts, earlier] = await Promise.all([
      reconcile(this.#world, own),
      others.length > 0 ? this.#before.reconcile(others) : [],
    ]);
    return [...earlier, ...facts];
  }

  async readPin(orderId: string): Promise<string | null> {
    return (await knows(this.#world, orderId))
      ? readPin(this.#world, orderId)
      : this.#before.readPin(orderId);
  }

  async hasPin(orderId: string): Promise<boolean> {
    return (await knows(this.#world, orderId)) ? hasPin(this.#world, orderId) : this.#before.hasPin(orderId);
  }

  async readTicket(orderId: string): Promise<TicketView | null> {
    return (await knows(this.#world, orderId))
      ? readTicket(this.#world, orderId)
      : this.#before.readTicket(orderId);
  }

  /** The service mails the URL itself, and the portal never sees it. */
  async collectUrl(orderId: string, locale: string): Promise<string | null> {
    return (await knows(this.#world, orderId)) ? null : this.#before.collectUrl(orderId, locale);
  }

  /** Whom the service locks out it does not say. */
  async unlock(orderId: string): Promise<void> {
    if (!(await knows(this.#world, orderId))) await this.#before.unlock(orderId);
  }

  async #own(orderIds: readonly string[]): Promise<string[]> {
    const rows = await this.#world.db.upkiRequest.findMany({
      where: { orderId: { in: [...orderIds] } },
      select: { orderId: true },
    });
    return [...new Set(rows.flatMap(({ orderId }) => orderId ?? []))];
  }

  async #isEarlier(orderId: string): Promise<boolean> {
    return (await this.#before.reconcile([orderId])).length > 0;
  }
}
