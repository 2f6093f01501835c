/** What registrars see of the traffic with the service; each of their own institutions, operators of all. Never a PIN, a URL or a mail's body. */
import { within } from "./by-hand.ts";
import type { DifferenceKind } from "./differences.ts";
import type { Institutions } from "./reconcile.ts";
import type { RequestKind } from "./tsv.ts";
import type { World } from "./world.ts";

export type UpkiOverview = {
  transport: "site" | "manual";
  waiting: Record<RequestKind, number>;
  /** Files that went out, or are with a registrar, and of which nobody has said yet what came of them. */
  files: readonly UpkiFile[];
  refused: readonly UpkiRefusal[];
  /** The last fault at the site, while it is left alone because of it. */
  fault: { words: string; at: Date; restUntil: Date | null } | null;
  list: { at: Date; via: string; rows: number; told: Record<string, number>; fault: string | null } | null;
  /** PINs that were announced and are still to be fetched. */
  pins: number;
};

export type UpkiFile = { upload: string; kind: RequestKind; lines: number; since: Date };
export type UpkiRefusal = {
  id: string;
  kind: RequestKind;
  dn: string;
  code: string;
  message: string;
  at: Date;
};

export async function overview(world: World, institutions: Institutions): Promise<UpkiOverview> {
  const { db, settings } = world;
  const own = within(institutions);
  const [waiting, files, refused, turn, list, pins] = await Promise.all([
    db.upkiRequest.groupBy({ by: ["kind"], where: { status: "waiting", ...own }, _count: true }),
    db.upkiRequest.groupBy({
      by: ["upload", "kind"],
      where: { status: "sending", ...own },
      _count: true,
      _min: { sentAt: true },
    }),
    db.upkiRequest.findMany({
      where: { status: "refused", ...own },
      orderBy: { createdAt: "desc" },
      take: 20,
    }),
    db.upkiTurn.findUnique({ where: { id: "site" } }),
    db.upkiList.findFirst({
      where: institutions ? { OR: [{ institutionId: null }, within(institutions)] } : {},
      orderBy: { at: "desc" },
    }),
    db.upkiPinPage.count({ where: { status: "to_fetch" } }),
  ]);
  const count = (kind: RequestKind) => waiting.find((row) => row.kind === kind)?._count ?? 0;
  return {
    transport: settings.transport,
    waiting: { issue: count("issue"), renew: count("renew"), revoke: count("revoke") },
    files: files.map(({ upload, kind, _count, _min }) => ({
      upload: upload ?? "",
      kind,
      lines: _count,
      since: _min.sentAt ?? world.now(),
    })),
    refused: refused.map(({ id, kind, dn, code, message, sentAt, createdAt }) => ({
      id,
      kind,
      dn,
      code: code ?? "",
      message: message ?? "",
      at: sentAt ?? createdAt,
    })),
    fault:
      turn && turn.faults > 0 && turn.fault
        ? { words: turn.fault, at: turn.faultAt ?? world.now(), restUntil: turn.restUntil }
        : null,
    list: list && {
      at: list.at,
      via: list.via,
      rows: list.rows,
      told: list.told as Record<string, number>,
      fault: list.fault,
    },
    pins,
  };
}

/** `names`: of a file with PINs, those that match nothing. */
export type DeadLetter = {
  id: string;
  what: "mail" | "pins";
  at: Date;
  kind: string | null;
  reason: string;
  subject: string;
  dn: string;
  serial: string;
  names: readonly string[];
};

const page = 100;

/** What could not be verified, understood or matched, the oldest first. Files with PINs are of several institutions: operators see them. */
export async function deadLetters(world: World, institutions: Institutions): Promise<DeadLetter[]> {
  const [mails, pages] = await Promise.all([
    world.db.upkiMail.findMany({
      where: { status: "dead", ...within(institutions) },
      orderBy: { receivedAt: "asc" },
      take: page,
    }),
    institutions === null
      ? world.db.upkiPinPage.findMany({
          where: { status: "dead" },
          orderBy: { announcedAt: "asc" },
          take: page,
        })
      : [],
  ]);
  return [
    ...mails.map(({ id, receivedAt, kind, reason, detail }) => {
      const { subject = "", dn = "", serial = "" } = detail as Record<string, string>;
      const mail = { id, what: "mail" as const, at: receivedAt, kind, reason: reason ?? "" };
      return { ...mail, subject, dn, serial, names: [] };
    }),
    ...pages.map(({ id, announcedAt, reason, detail }) => {
      const { names = [] } = detail as { names?: string[] };
      const pins = { id, what: "pins" as const, at: announcedAt, kind: "pin", reason: reason ?? "" };
      return { ...pins, subject: "", dn: "", serial: "", names };
    }),
  ];
}

export type OpenRequest = { id: string; kind: RequestKind; dn: string; sentAt: Date | null };

/** To which a mail may be assigned: what was sent and has brought no certificate yet. */
export async function openRequests(world: World, institutions: Institutions): Promise<OpenRequest[]> {
  return world.db.upkiRequest.findMany({
    where: {
      kind: { in: ["issue", "renew"] },
      status: { in: ["sending", "taken"] },
      collected: null,
      ...within(institutions),
    },
    orderBy: { createdAt: "asc" },
    take: 500,
    select: { id: true, kind: true, dn: true, sentAt: true },
  });
}

export type DifferenceRow = {
  id: string;
  kind: DifferenceKind;
  dn: string;
  serial: string | null;
  seenAt: Date;
  /** As the list has it; empty where the list has nothing. */
  stateText: string;
  holderMail: string;
};

export async function openDifferences(world: World, institutions: Institutions): Promise<DifferenceRow[]> {
  const rows = await world.db.upkiDifference.findMany({
    where: { status: "open", ...within(institutions) },
    orderBy: [{ kind: "asc" }, { seenAt: "asc" }],
    take: 500,
  });
  return rows.map(({ id, kind, dn, serial, seenAt, detail }) => {
    const { stateText = "", holderMail = "" } = detail as Record<string, string>;
    return { id, kind: kind as DifferenceKind, dn, serial, seenAt, stateText, holderMail };
  });
}
