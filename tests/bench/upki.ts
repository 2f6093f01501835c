/**
 * NII's service as the CA: applications that wait, and all of their mails in random order, some twice and some never; then one look at the
 * list. Whatever is not right afterwards ends the bench. `UPKI_BENCH=200` makes it shorter.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { receiveMail } from "../../server/ca/upki/intake.ts";
import { readSignedMail } from "../../server/ca/upki/mail/read.ts";
import { submitOrder } from "../../server/enrollment/carry-out.ts";
import { requestCertificate } from "../../server/enrollment/request.ts";
import { tool } from "../support/tools.ts";
import { line, timed } from "./figures.ts";
import { withDatabase } from "./own-postgres.ts";
import { type Desk, withDesk } from "./upki-desk.ts";
import { checkAll } from "./upki-truth.ts";

const applications = Number(process.env.UPKI_BENCH ?? 1000);
const lost = 0.05;
const twice = 0.1;
/** Mails that come at the same time. */
const atOnce = 8;
const sampled = 50;
const hour = 3_600_000;

type Mail = { raw: Buffer; kind: "pin" | "collected" };

export async function benchUpki(): Promise<void> {
  await withDatabase((url, folder) => withDesk(url, folder, (desk) => measure(desk, folder)));
}

async function measure(desk: Desk, folder: string): Promise<void> {
  const { nii, world, site } = desk;
  const random = randomOf(2020);
  const applied = await apply(desk);
  const sent = await taken(async () => {
    const { uploads, left } = await nii.send();
    if (left !== "nothing") throw new Error(`sending left ${left} after ${uploads} uploads`);
  });
  const pinMails = await mailsOf(desk, "pin");
  const arriving = shuffled(pinMails, random).slice(Math.round(pinMails.length * lost));
  const since = new Date();
  const { collected, visits } = await download(desk, arriving);
  const until = new Date();
  const collectedMails = await mailsOf(desk, "collected");
  const kept = shuffled(collectedMails, random).slice(Math.round(collectedMails.length * lost));
  const once = shuffled([...arriving, ...kept], random);
  const copies = once.slice(0, Math.round(once.length * twice)).map(copyOf);
  const delivered = shuffled([...once, ...copies], random);

  const resting = process.memoryUsage().rss;
  const mails = await whileMeasured(() =>
    timed(delivered.length, atOnce, async (n) => {
      const got = await receiveMail(world, delivered[n]?.raw ?? Buffer.alloc(0), "post");
      if (got?.status !== "done") throw new Error(`a mail was not understood: ${got?.reason}`);
    }),
  );
  const pins = await whileMeasured(async () => {
    while ((await nii.fetchPins()) > 0);
  });
  desk.pass(hour + 1000);
  const compared = await whileMeasured(async () => {
    if ((await nii.reconcile()) !== "compared") throw new Error("the list could not be compared");
  });
  const again = await taken(() => nii.reconcile());
  const most = Math.max(mails.most, pins.most, compared.most);
  const peak = process.resourceUsage().maxRSS * 1024;

  const lists = await world.db.upkiList.findMany({ orderBy: { at: "asc" } });
  const [first, second] = lists.map(({ told }) => told as Record<string, number>);
  if (first?.collected !== collectedMails.length - kept.length || Object.values(second ?? {}).some(Boolean))
    throw new Error(`the lists told ${JSON.stringify(lists.map(({ told }) => told))}`);
  await checkAll(desk, applications, { collected, since, until });

  const made = pinMails.length + collectedMails.length;
  console.log(
    line(`NII's service: ${applications} applications, sent 100 a file`, {
      "asked for": seconds(applied),
      sent: seconds(sent),
    }),
  );
  console.log(
    line(
      `${made} mails, ${made - once.length} lost, ${copies.length} twice: ${delivered.length} in random order`,
      {
        all: seconds(mails.ms),
        "a second": (delivered.length / (mails.ms / 1000)).toFixed(0),
      },
    ),
  );
  console.log(
    line(`${arriving.length} pages with PINs`, {
      visited: seconds(visits),
      "read and entered": seconds(pins.ms),
    }),
  );
  console.log(
    line(`one look at a list of ${applications}, by which all is right (limit 3 s)`, {
      took: `${compared.ms.toFixed(0)} ms`,
      memory: `+${megabytes(compared.most - compared.before)}`,
      told: JSON.stringify(first),
      "once more": `${again.toFixed(0)} ms`,
    }),
  );
  console.log(
    line("memory, from the first mail to the last row (limit +200 MB)", {
      grown: `+${megabytes(most - resting)}`,
      "at most": megabytes(most),
      "with the bench's own work": megabytes(peak),
    }),
  );
  await besideOpenssl(desk, folder, delivered.slice(0, sampled), site.mailCa);
}

async function apply({ ports }: Desk): Promise<number> {
  const { db } = ports;
  const institution = await db.institution.create({
    data: {
      entityId: "https://idp.a.example.ac.jp/idp",
      nameJa: "デモ大学A",
      nameEn: "Demo University A",
      dnBase: "O=Demo University A,L=Academe,C=JP",
    },
  });
  const members = await db.member.createManyAndReturn({
    data: Array.from({ length: applications }, (_, n) => ({
      institutionId: institution.id,
      subject: `uniqueId:hanako${n}`,
      // Some share their names: their numbers tell them apart.
      displayName: `Hanako Kokuritsu ${n - (n % 10 === 1 ? 1 : 0)}`,
      displayNameJa: "国立 花子",
      eppn: `hanako${n}@a.example.ac.jp`,
      mails: [`hanako${n}@a.example.ac.jp`],
    })),
  });
  const { all } = await timed(members.length, atOnce, async (n) => {
    const memberId = members[n]?.id ?? "";
    await requestCertificate(ports, { memberId, kind: "client", months: 25, key: "client:0", locale: "ja" });
    const order = await db.order.findFirstOrThrow({ where: { enrollment: { memberId } } });
    await submitOrder(ports, order.id);
  });
  return all;
}

/** As the service wrote them, in its order. */
async function mailsOf({ site }: Desk, kind: Mail["kind"]): Promise<Mail[]> {
  const { mails }: { mails: { id: number; kind: string }[] } = await site.control("/mails");
  const ids = mails.filter((mail) => mail.kind === kind).map(({ id }) => id);
  const read: Mail[] = [];
  await timed(ids.length, atOnce, async (n) => {
    const answer = await fetch(`${site.controlUrl}/mails/${ids[n]}`);
    read[n] = { kind, raw: Buffer.from(await answer.arrayBuffer()) };
  });
  return read;
}

/**
 * Members download once the portal has their PIN, and the service mails of it. So that mails of both kinds can come in any order, the pages are
 * visited beforehand; of a PIN mail that will be lost nobody knows the page.
 */
async function download({ site, visitPinPage }: Desk, mails: readonly Mail[]) {
  const collected = new Map<string, string>();
  const rows: { dn: string; pin: string }[] = [];
  const visits = await timed(mails.length, 4, async (n) => {
    rows[n] = await visitPinPage(mails[n]?.raw ?? Buffer.alloc(0));
  });
  await timed(rows.length, atOnce, async (n) => {
    const { dn = "", pin = "" } = rows[n] ?? {};
    await site.control("/collect", { dn, pin, key: "kept" });
    collected.set(dn, pin);
  });
  return { collected, visits: visits.all };
}

/** The same mail by another way: its octets are others. */
function copyOf({ kind, raw }: Mail): Mail {
  const received = `Received: from mx.example.ac.jp by mail.example.ac.jp id ${randomBytes(6).toString("hex")}\r\n`;
  return { kind, raw: Buffer.concat([Buffer.from(received), raw]) };
}

/** For scale: there is no peer of the whole. */
async function besideOpenssl(
  { world }: Desk,
  folder: string,
  mails: readonly Mail[],
  authority: string,
): Promise<void> {
  const ours = await taken(async () => {
    for (const { raw } of mails) {
      const read = await readSignedMail(raw, world.settings.pinned, world.now());
      if ("code" in read) throw new Error(read.code);
    }
  });
  const figures: Record<string, string> = { ours: each(ours, mails.length) };
  if (tool("openssl")) {
    const file = join(folder, "mail.eml");
    const args = ["cms", "-verify", "-in", file, "-CAfile", authority, "-out", "/dev/null"];
    let theirs = 0;
    for (const { raw } of mails) {
      await writeFile(file, raw);
      theirs += await taken(() => promisify(execFile)("openssl", args));
    }
    figures["openssl cms -verify, a process each"] = each(theirs, mails.length);
  }
  console.log(line(`reading and verifying alone, of ${mails.length} of the mails`, figures));
}

/** The same order at every run. */
function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const mixed = [...values];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
  }
  return mixed;
}

/** From 0 to below 1 (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function taken(deed: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await deed();
  return performance.now() - begin;
}

/** Octets of this process: `before` the deed, and at the `most` while it was done. */
async function whileMeasured(
  deed: () => Promise<unknown>,
): Promise<{ ms: number; before: number; most: number }> {
  const before = process.memoryUsage().rss;
  let most = before;
  const look = () => {
    most = Math.max(most, process.memoryUsage().rss);
  };
  const timer = setInterval(look, 10);
  try {
    const ms = await taken(deed);
    look();
    return { ms, before, most };
  } finally {
    clearInterval(timer);
  }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const megabytes = (octets: number) => `${(octets / 1024 / 1024).toFixed(0)} MB`;
const each = (ms: number, count: number) => `${(ms / count).toFixed(1)} ms`;
