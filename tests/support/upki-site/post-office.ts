/** Mails on their way out: written down when they are made, sent until they are taken, in their order as far as nothing keeps one. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import nodemailer from "nodemailer";
import type { Identities } from "./authority.ts";
import { armed, strike } from "./faults.ts";
import type { Ledger, Letter, MailKind } from "./ledger.ts";
import { sender } from "./settings.ts";
import { type Draft, rawMail, type Sealing } from "./signed-mail.ts";

type Writing = Omit<Draft, "from" | "cc"> & { kind: MailKind; dn: string; cc?: string[] };

export class PostOffice {
  readonly #ledger: Ledger;
  readonly #identities: Identities;
  readonly #transport: nodemailer.Transporter | null;
  readonly #folder: string;
  #timer: NodeJS.Timeout | null = null;
  #isSending = false;
  #isAsked = false;

  constructor(ledger: Ledger, identities: Identities, smtp: string | null) {
    this.#ledger = ledger;
    this.#identities = identities;
    this.#transport = smtp ? nodemailer.createTransport(smtp) : null;
    this.#folder = join(ledger.folder, "letters");
    mkdirSync(this.#folder, { recursive: true });
  }

  /** Writes a mail down; it leaves after the next save, by `send`. */
  write(writing: Writing): Letter {
    const { kind: mail } = writing;
    const stranger = strike(this.#ledger, "wrong_sender", { mail });
    const from = stranger ? (stranger.text ?? "stranger@example.ac.jp") : sender;
    const changed = strike(this.#ledger, "changed_subject", { mail });
    const subject = changed ? (changed.text ?? "[UPKI] お知らせ") : writing.subject;
    const delay = strike(this.#ledger, "mail_delay", { mail })?.ms ?? 0;
    const letter: Letter = {
      id: this.#ledger.nextId(),
      kind: mail,
      to: [...writing.to, ...(writing.cc ?? [])],
      dn: writing.dn,
      subject,
      due: new Date(Date.now() + delay).toISOString(),
      sent: null,
      copies: strike(this.#ledger, "mail_twice", { mail }) ? 2 : 1,
      lost: strike(this.#ledger, "mail_lost", { mail }) !== undefined,
    };
    const draft = { ...writing, from, cc: writing.cc ?? [], subject };
    const isTampered = strike(this.#ledger, "bad_signature", { mail }) !== undefined;
    writeFileSync(this.#fileOf(letter.id), rawMail(draft, this.#sealing(mail), isTampered));
    this.#ledger.state.letters.push(letter);
    return letter;
  }

  #sealing(mail: MailKind): Sealing {
    const { signer, expired, stranger, mail: issuer } = this.#identities;
    if (strike(this.#ledger, "unsigned_mail", { mail })) return "unsigned";
    if (strike(this.#ledger, "wrong_signer", { mail })) return { signer: stranger, issuer };
    if (strike(this.#ledger, "expired_signer", { mail })) return { signer: expired, issuer };
    return { signer, issuer };
  }

  read(id: number): Promise<Buffer> {
    return readFile(this.#fileOf(id));
  }

  /** Sends what is due; what is due later, or was not taken, is tried again by itself. */
  async send(): Promise<void> {
    this.#isAsked = true;
    if (this.#isSending) return;
    this.#isSending = true;
    let pause = 0;
    while (pause === 0 || this.#isAsked) {
      this.#isAsked = false;
      pause = await this.#sendOne();
    }
    this.#isSending = false;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = pause < Number.POSITIVE_INFINITY ? setTimeout(() => this.send(), pause) : null;
  }

  /** How long until there is something to do, in ms. */
  async #sendOne(): Promise<number> {
    const waiting = this.#ledger.state.letters.filter((letter) => letter.sent === null && !letter.lost);
    const now = new Date().toISOString();
    const due = waiting.filter((letter) => letter.due <= now);
    const next = this.#nextOf(due);
    if (next === "later") return 100;
    if (!next) {
      const first = waiting.map(({ due }) => due).sort()[0];
      return first ? Math.max(1, Date.parse(first) - Date.now()) : Number.POSITIVE_INFINITY;
    }
    try {
      const raw = await this.read(next.id);
      for (let copy = 0; copy < next.copies; copy += 1)
        await this.#transport?.sendMail({ envelope: { from: sender, to: next.to }, raw });
    } catch (error) {
      process.stderr.write(`upki-site: a mail waits: ${(error as Error).message}\n`);
      // The others need not wait for it.
      next.due = new Date(Date.now() + 1000).toISOString();
      return 0;
    }
    next.sent = new Date().toISOString();
    // Not waited for: who is killed before it is written sends the mail once more, as mail servers do.
    void this.#ledger.save();
    return 0;
  }

  /** `mail_reversed` waits until as many mails as its times are there, and lets the last of them go first. */
  #nextOf(due: Letter[]): Letter | "later" | undefined {
    const held = due.filter(({ kind }) => armed(this.#ledger, "mail_reversed", { mail: kind }));
    const last = held.at(-1);
    if (!last) return due[0];
    const fault = armed(this.#ledger, "mail_reversed", { mail: last.kind });
    if (!fault) return due[0];
    if (held.length < fault.times) return due.find((letter) => !held.includes(letter)) ?? "later";
    fault.times -= 1;
    return held[fault.times];
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#transport?.close();
  }

  clear(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
  }

  #fileOf(id: number): string {
    return join(this.#folder, `${id}.eml`);
  }
}
