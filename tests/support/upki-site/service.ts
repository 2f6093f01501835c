/** The deeds of the service: it takes requests, works its queue, hands out PINs and certificates, revokes. */
import { randomBytes, randomInt } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { type Identities, issueTo, keptKey, memberKey } from "./authority.ts";
import { certificateOf, type Row } from "./check.ts";
import { commonName, identity } from "./dn.ts";
import { type Kind, type Ledger, type Request, seenKey } from "./ledger.ts";
import * as letters from "./letters.ts";
import type { PostOffice } from "./post-office.ts";
import { type Settings, urlMonths } from "./settings.ts";

export type Parts = {
  settings: Settings;
  ledger: Ledger;
  identities: Identities;
  post: PostOffice;
  /** Where members' pages are; known once they are served. */
  publicUrl: () => string;
  /** What follows upon the last upload is done. */
  settled: Promise<void>;
};

/** Counts an upload, and puts those of its rows that were not refused into the queue. */
export function takeUpload({ ledger }: Parts, kind: Kind, rows: Row[], isTaken: boolean): void {
  const at = new Date().toISOString();
  const good = isTaken ? rows.filter(({ refusals }) => refusals.length === 0) : [];
  for (const { cells } of rows) {
    const key = seenKey(kind, cells[0] ?? "", cells[3] ?? "");
    ledger.state.seen[key] = (ledger.state.seen[key] ?? 0) + 1;
  }
  ledger.state.uploads.push({
    kind,
    rows: rows.length,
    dns: rows.map(({ cells }) => cells[0] ?? ""),
    at,
    taken: good.length,
    codes: rows.flatMap(({ refusals }) => refusals.map(({ code }) => code)),
  });
  for (const { cells } of good) ledger.state.requests.push(requestOf(ledger, kind, cells, at));
}

function requestOf(ledger: Ledger, kind: Kind, cells: string[], at: string): Request {
  const cell = (number: number) => cells[number - 1] ?? "";
  return {
    id: ledger.nextId(),
    kind,
    dn: cell(1),
    profile: cell(2),
    state: "queued",
    serial: "",
    oldSerial: cell(4),
    reason: cell(5),
    comment: cell(6),
    manager: { name: cell(8), affiliation: cell(9), mail: cell(10) },
    holder: { name: cell(11), affiliation: cell(13), mail: cell(14) },
    fileName: cell(12),
    pin: cell(15),
    pinToken: "",
    pinFetchedAt: "",
    collectToken: "",
    collectUntil: "",
    requestedAt: at,
    notBefore: "",
    notAfter: "",
    revokedAt: "",
  };
}

/** Works off the queue; the number of requests worked. */
export async function work(parts: Parts): Promise<number> {
  const queued = parts.ledger.state.requests.filter(({ state }) => state === "queued");
  for (const request of queued) {
    // Another run may have come by.
    if (request.state !== "queued") continue;
    if (request.kind === "revoke") finishRevocation(parts, request);
    else invite(parts, request);
    // A long queue leaves others their turn.
    await turn();
  }
  if (queued.length > 0) await parts.ledger.save();
  void parts.post.send();
  return queued.length;
}

/** Two mails in the same second: the way to the PIN, and the way to the certificate. */
function invite({ post, publicUrl }: Parts, request: Request): void {
  const until = new Date();
  until.setUTCMonth(until.getUTCMonth() + urlMonths);
  request.pin ||= randomPin();
  request.pinToken = randomBytes(48).toString("base64");
  request.collectToken = randomBytes(48).toString("base64");
  request.collectUntil = until.toISOString();
  request.state = "to_collect";
  const url = (page: string, token: string) =>
    `${publicUrl()}/upki-odcert/download/${page}.jsp?p1=${encodeURIComponent(token)}`;
  const dn = letters.mailedName(request);
  post.write({
    kind: "pin",
    to: [request.manager.mail],
    dn,
    subject: letters.subjects.pin,
    text: letters.pinText(request, url("SPEntranceCliPin", request.pinToken)),
  });
  post.write({
    kind: "acceptance",
    to: [request.holder.mail],
    dn,
    subject: letters.subjects.acceptance,
    text: letters.acceptanceText(request, url("SPEntranceCli", request.collectToken)),
  });
}

/** 16 letters and digits. */
function randomPin(): string {
  const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length: 16 }, () => signs[randomInt(signs.length)]).join("");
}

/** A URL works once, and for a month. */
export function isOpen(request: Request | undefined): request is Request {
  return request?.state === "to_collect" && request.collectUntil > new Date().toISOString();
}

export type PinAnswer = "right" | "wrong" | "locked";

/** Before the PIN was fetched there is nothing that it could open. */
export function tryPin(request: Request, pin: string): PinAnswer {
  if (!request.pinFetchedAt) return "locked";
  return pin === request.pin ? "right" : "wrong";
}

/**
 * Makes the certificate and hands out its .p12, once: who comes a second time finds the URL spent. `isKeyKept`: thousands of keys take
 * minutes to make, and who counts other things may have one key for all.
 */
export async function collect(
  parts: Parts,
  request: Request,
  { isKeyKept = false }: { isKeyKept?: boolean } = {},
): Promise<Buffer> {
  const { ledger, identities, post } = parts;
  request.state = "issued";
  const handed = await issueTo(identities, request, isKeyKept ? await keptKey() : await memberKey());
  request.serial = handed.serial;
  request.notBefore = handed.notBefore.toISOString();
  request.notAfter = handed.notAfter.toISOString();
  const old = request.kind === "renew" ? certificateOf(ledger, request.oldSerial) : undefined;
  if (old?.state === "issued") old.state = "renewed";
  const isRenewed = request.kind === "renew";
  post.write({
    kind: isRenewed ? "renewed" : "collected",
    to: [request.manager.mail],
    dn: letters.mailedName(request),
    subject: isRenewed ? letters.subjects.renewed : letters.subjects.collected,
    text: isRenewed ? letters.renewedText(request) : letters.collectedText(request),
  });
  await ledger.save();
  void post.send();
  return handed.p12;
}

function finishRevocation({ ledger, post, settings }: Parts, request: Request): void {
  const target = certificateOf(ledger, request.oldSerial);
  if (!target) throw new Error(`no certificate ${request.oldSerial}`);
  request.state = "done";
  request.serial = target.serial;
  target.state = "revoked";
  target.revokedAt = new Date().toISOString();
  target.reason = request.reason;
  target.comment = request.comment;
  const dn = letters.mailedName(target);
  post.write({
    kind: "revoked",
    to: [settings.registrar],
    cc: [request.manager.mail, request.holder.mail],
    dn,
    subject: letters.subjects.revoked,
    text: letters.revokedText(request, { dn, serial: target.serial }),
  });
}

/** A registrar revokes at the site itself, without a file. */
export async function revokeByHand(
  parts: Parts,
  serial: string,
  reason: string,
  comment: string,
): Promise<boolean> {
  const target = certificateOf(parts.ledger, serial);
  if (!target || !["issued", "renewed"].includes(target.state)) return false;
  const request = requestOf(parts.ledger, "revoke", [target.dn], new Date().toISOString());
  Object.assign(request, {
    oldSerial: target.serial,
    reason,
    comment,
    manager: target.manager,
    holder: target.holder,
  });
  parts.ledger.state.requests.push(request);
  finishRevocation(parts, request);
  await parts.ledger.save();
  void parts.post.send();
  return true;
}

/** A certificate that somebody else had issued: it is in the list, and no mail ever told of it. */
export async function issueUnknown(
  parts: Parts,
  wanted: { dn: string; profile: string; mail: string; name: string },
) {
  const at = new Date().toISOString();
  const cells = [
    wanted.dn,
    wanted.profile,
    "1",
    "",
    "",
    "",
    "",
    "国立 花子",
    "情報基盤センター",
    parts.settings.mailbox,
  ];
  cells.push(wanted.name, "unknown", "情報基盤センター", wanted.mail, "");
  const request = requestOf(parts.ledger, "issue", cells, at);
  request.pin = randomPin();
  request.state = "issued";
  const { serial, notBefore, notAfter } = await issueTo(parts.identities, request, await memberKey());
  Object.assign(request, { serial, notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() });
  parts.ledger.state.requests.push(request);
  await parts.ledger.save();
  return { dn: request.dn, serial };
}

/** The request of this name that waits for its download, the newest first; mails of S/MIME know the CN only. */
export function waitingFor(ledger: Ledger, dn: string): Request | undefined {
  const isOf = (request: Request) =>
    identity(request.dn) === identity(dn) || (!dn.includes(",") && commonName(request.dn) === commonName(dn));
  return ledger.state.requests.findLast((request) => request.state === "to_collect" && isOf(request));
}
