/** What the site knows, kept in one file so that it outlives the process however that ends. */
import { existsSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Fault } from "./faults.ts";

export type Kind = "issue" | "renew" | "revoke";
export type MailKind = "pin" | "acceptance" | "collected" | "renewed" | "revoked" | "other";

/** One row of an uploaded file that was taken. Times are ISO 8601; what is not known yet is empty. */
export type Request = {
  id: number;
  kind: Kind;
  dn: string;
  profile: string;
  /** issue, renew: how far its certificate is. revoke: `queued`, then `done`. */
  state: "queued" | "to_collect" | "issued" | "renewed" | "revoked" | "done";
  serial: string;
  oldSerial: string;
  reason: string;
  comment: string;
  manager: { name: string; affiliation: string; mail: string };
  holder: { name: string; affiliation: string; mail: string };
  fileName: string;
  pin: string;
  pinToken: string;
  pinFetchedAt: string;
  collectToken: string;
  collectUntil: string;
  requestedAt: string;
  notBefore: string;
  notAfter: string;
  revokedAt: string;
};

export type Upload = { kind: Kind; rows: number; dns: string[]; at: string; taken: number; codes: string[] };

export type Letter = {
  id: number;
  kind: MailKind;
  to: string[];
  dn: string;
  subject: string;
  /** Not before this the mail leaves. */
  due: string;
  sent: string | null;
  copies: number;
  lost: boolean;
};

export type State = {
  requests: Request[];
  uploads: Upload[];
  letters: Letter[];
  /** How often each request was in an uploaded file, taken or not. */
  seen: Record<string, number>;
  faults: Fault[];
  lastId: number;
};

const nothing = (): State => ({
  requests: [],
  uploads: [],
  letters: [],
  seen: {},
  faults: [],
  lastId: 20_000,
});

export class Ledger {
  state: State;
  readonly folder: string;
  #writing: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | null = null;

  constructor(folder: string) {
    this.folder = folder;
    const file = join(folder, "state.json");
    this.state = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as State) : nothing();
    // A download that was cut off before its certificate was made has not happened.
    for (const request of this.state.requests)
      if (request.state === "issued" && request.serial === "") request.state = "to_collect";
  }

  nextId(): number {
    this.state.lastId += 1;
    return this.state.lastId;
  }

  clear(): void {
    this.state = nothing();
  }

  /** Resolves when everything up to now is on the disk. Who comes while a file is being written shares the next one. */
  save(): Promise<void> {
    this.#waiting ??= this.#writing
      .catch(() => {})
      .then(() => {
        this.#waiting = null;
        this.#writing = this.#write();
        return this.#writing;
      });
    return this.#waiting;
  }

  async #write(): Promise<void> {
    const file = join(this.folder, "state.json");
    await writeFile(`${file}.part`, JSON.stringify(this.state));
    await rename(`${file}.part`, file);
  }
}

/** The same for a request however often it is uploaded. */
export function seenKey(kind: Kind, dn: string, serial: string): string {
  return [kind, dn, serial].join("\t");
}
