/**
 * What a mail of NII's service says. The subject only chooses how the text is read, for it is not covered by the signature: each kind
 * needs blocks of its own in the text, so that a mail under another mail's subject is not understood.
 */
import { joinServiceDn, splitServiceDn } from "../dn.ts";
import type { MailRead } from "./read.ts";

export type ServiceMail =
  | { kind: "pin"; url: string }
  | { kind: "acceptance" }
  | { kind: "collected"; dn: string; serial: string }
  | { kind: "renewed"; dn: string; serial: string; oldSerial: string }
  | { kind: "revoked"; dn: string; serial: string; reason: string }
  /** `what` was not found, or was there twice and not the same. */
  | { kind: "unknown"; what: "subject" | "dn" | "serial" | "url"; subject: string };

type Kind = Exclude<ServiceMail["kind"], "unknown">;

/** Subjects, without the prefix and without the English half that follows the slash since 2018. */
const subjects: Readonly<Record<string, Kind>> = {
  アクセスPIN発行通知: "pin",
  クライアント証明書発行受付通知: "acceptance",
  クライアント証明書取得通知: "collected",
  クライアント証明書更新通知: "renewed",
  クライアント証明書失効完了通知: "revoked",
};

/** Of a serial number of 20 octets (RFC 5280 §4.1.2.2). */
const MOST_DIGITS = 49;
const LONGEST_REASON = 200;
/** The service's mails have some 60 lines. */
const LONGEST_TEXT = 100_000;

/**
 * Which of the service's mails this is, and its facts: names in the service's form (`splitServiceDn` reads them; S/MIME certificates of
 * the rules of 2023 have their CN alone), serial numbers decimal without zeros before. Never throws; takes time linear in the text.
 */
export function understand(mail: Pick<MailRead, "subject" | "text">): ServiceMail {
  const unknown = (what: "subject" | "dn" | "serial" | "url"): ServiceMail => ({
    kind: "unknown",
    what,
    subject: mail.subject.slice(0, 200),
  });
  const kind = kindOf(mail.subject);
  if (kind === null) return unknown("subject");
  const lines = mail.text.slice(0, LONGEST_TEXT).split(/\r?\n/);
  if (kind === "pin") {
    const url = onlyOne(pinUrlsIn(lines));
    return url === null ? unknown("url") : { kind, url };
  }
  const blocks = blocksIn(lines);
  if (kind === "acceptance") {
    const isAnother =
      pinUrlsIn(lines).length > 0 || [...blocks.keys()].some((name) => name.endsWith("シリアル番号"));
    return isAnother || urlsIn(lines).length === 0 ? unknown("url") : { kind };
  }
  const dn = nameIn(blocks, kind === "revoked" ? "失効証明書DN" : "対象証明書DN");
  if (dn === null) return unknown("dn");
  if (kind === "renewed") {
    const serial = serialIn(blocks, "新証明書シリアル番号");
    const oldSerial = serialIn(blocks, "旧証明書シリアル番号");
    return serial === null || oldSerial === null ? unknown("serial") : { kind, dn, serial, oldSerial };
  }
  const serial = serialIn(blocks, kind === "revoked" ? "失効証明書シリアル番号" : "対象証明書シリアル番号");
  if (serial === null) return unknown("serial");
  if (kind === "collected") return { kind, dn, serial };
  const reason = blocks.get("失効理由")?.[0]?.join(" ") ?? "";
  return { kind, dn, serial, reason: reason.slice(0, LONGEST_REASON) };
}

/**
 * By what stands before the slash, whatever follows: when subjects became two lines long, what was folded arrived mis-decoded.
 * Spaces, the width of letters and the prefix do not count.
 */
function kindOf(subject: string): Kind | null {
  const plain = subject
    .slice(0, 1000)
    .normalize("NFKC")
    .replace(/[\s\u200b\ufeff]/g, "");
  const [japanese = ""] = plain.replace(/^[[【(]?UPKI[\])】]?:?/i, "").split(/[/\ufffd]/, 1);
  return Object.hasOwn(subjects, japanese) ? (subjects[japanese] as Kind) : null;
}

/** Contents by heading, `【…】` at the start of a line: the lines up to the next heading, or up to a rule or a gap behind any. */
function blocksIn(lines: readonly string[]): Map<string, string[][]> {
  const blocks = new Map<string, string[][]>();
  let open: string[] | null = null;
  for (const line of lines) {
    const [, heading, beside = line] = /^\s*【([^【】]{1,40})】(.*)$/.exec(line) ?? [];
    if (heading !== undefined) {
      open = [];
      // The old certificate's is written 旧証明書のシリアル番号, the new one's without の.
      const name = heading.normalize("NFKC").replace(/[\sの]/g, "");
      const those = blocks.get(name);
      if (those) those.push(open);
      else blocks.set(name, [open]);
    }
    const content = beside.replace(/^\s*[:：]/, "").trim();
    if (content !== "" && !isRule(content)) open?.push(content);
    else if (heading === undefined && open && open.length > 0) open = null;
  }
  return blocks;
}

function isRule(content: string): boolean {
  return /^[-=*_‐－―─━＝]{3,}$/.test(content);
}

function nameIn(blocks: ReadonlyMap<string, string[][]>, heading: string): string | null {
  return onlyOne((blocks.get(heading) ?? []).map(readName));
}

function readName(lines: readonly string[]): string | null {
  const isListed = lines.length > 1 && lines.slice(0, -1).every((line) => line.endsWith(","));
  const rdns = splitServiceDn((isListed ? lines.map((line) => line.replace(/,$/, "")) : lines).join("\n"));
  return rdns && joinServiceDn(rdns);
}

function serialIn(blocks: ReadonlyMap<string, string[][]>, heading: string): string | null {
  return onlyOne((blocks.get(heading) ?? []).map(readSerial));
}

function readSerial([first = "", ...others]: readonly string[]): string | null {
  const digits = first.normalize("NFKC");
  if (others.length > 0 || digits.length > MOST_DIGITS || !/^[0-9]+$/.test(digits)) return null;
  return digits.replace(/^0+(?=[0-9])/, "");
}

/** Letters of a URL (RFC 3986 §2), at most as many as servers take. */
const url = /https:\/\/[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%-]{1,2000}/g;

function urlsIn(lines: readonly string[]): string[] {
  const found = lines.flatMap((line) => line.match(url) ?? []);
  return found.map((text) => text.replace(/[.,;:!?)'\]]+$/, ""));
}

function pinUrlsIn(lines: readonly string[]): string[] {
  return urlsIn(lines).filter((text) => /\/SPEntranceCliPin\.jsp\?/.test(text));
}

/** What all of them are; null: there is none, or they differ. */
function onlyOne(values: readonly (string | null)[]): string | null {
  const [first = null] = values;
  return values.every((value) => value === first) ? first : null;
}
