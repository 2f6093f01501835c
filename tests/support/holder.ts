/** A member who gets certificates of the portal and ends them, over HTTP: for tests of what others do with the certificates. */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Dashboard, EnrollmentDetail } from "@/server/enrollment/views.ts";
import { alone } from "./alone.ts";
import { collectUrlIn, mailsTo } from "./outbox.ts";
import { Visitor } from "./visitor.ts";

export type Held = { number: number; kind: "client" | "smime"; mail: string; p12: string; pin: string };

export class Holder {
  readonly #visitor: Visitor;
  readonly #mail: string;
  readonly #data: string;

  private constructor(visitor: Visitor, mail: string, data: string) {
    this.#visitor = visitor;
    this.#mail = mail;
    this.#data = data;
  }

  /** A member of デモ大学A, logged in. `data`: the portal's folder, for their mails. */
  static async logIn(portal: string, data: string, user: string): Promise<Holder> {
    const visitor = new Visitor(portal);
    await visitor.logIn(user);
    return new Holder(visitor, `${user}@a.example.ac.jp`, data);
  }

  /** From the application to the .p12 below `folder`. */
  async obtain(kind: Held["kind"], folder: string): Promise<Held> {
    const visitor = this.#visitor;
    const { number } = await alone(async () => {
      const { requestKeys } = await visitor.query<Dashboard>("enrollment.list", { all: true });
      const wish = { kind, months: 13, key: requestKeys[kind] };
      return visitor.mutate<{ number: number }>("enrollment.request", wish);
    });
    const pin = await until(async () => {
      const detail = await visitor.query<EnrollmentDetail>("enrollment.get", { number });
      return detail.pin.state === "ready" ? detail.pin.value : null;
    });
    const url = await until(() => this.#collectUrl(number));
    const { pathname } = new URL(url);
    const ticket = pathname.split("/").at(-1) ?? "";
    const { browser } = await visitor.mutate<{ browser: string }>("issuing.enterPin", { ticket, pin });
    const name = createHash("sha256").update(ticket).digest("hex").slice(0, 16);
    visitor.keep(`issue-${name}`, browser);
    const file = await visitor.post(`${pathname}/file`, { madeBy: "server", encryption: "modern" });
    if (file.status !== 200) throw new Error(`The download answers ${file.status}.`);
    const p12 = join(folder, `${number}.p12`);
    await writeFile(p12, Buffer.from(await file.arrayBuffer()));
    return { number, kind, mail: this.#mail, p12, pin };
  }

  /** Until the portal says that it is revoked. */
  async revoke({ number }: Held): Promise<void> {
    const visitor = this.#visitor;
    await until(async () => {
      const { status } = await visitor.query<EnrollmentDetail>("enrollment.get", { number });
      return status === "active" || null;
    });
    await visitor.mutate("enrollment.revoke", { number, reason: "superseded" });
    await until(async () => {
      const { status } = await visitor.query<EnrollmentDetail>("enrollment.get", { number });
      return status === "revoked" || null;
    });
  }

  /** Of the mail that also leads to this application's page. */
  async #collectUrl(number: number): Promise<string | null> {
    const page = new RegExp(`/certs/${number}\\b`);
    const mails = await mailsTo(this.#data, this.#mail);
    return (
      mails
        .filter(({ text = "" }) => page.test(text))
        .map(collectUrlIn)
        .find((url) => url !== "") ?? null
    );
  }
}

/** What `look` finds, once it finds something. */
async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (const begin = Date.now(); Date.now() - begin < 20_000; ) {
    const found = await look();
    if (found !== null) return found;
    await pause(100);
  }
  throw new Error(`There is still nothing: ${look}`);
}
