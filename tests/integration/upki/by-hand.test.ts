/** Where a registrar carries the files (UPKI_TRANSPORT=manual): nothing goes out by itself, and all else is the same. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { enterReply, fileOf, makeFile, settleFile } from "@/server/ca/upki/by-hand.ts";
import { readCredential } from "@/server/ca/upki/credential.ts";
import { overview } from "@/server/ca/upki/office.ts";
import { compareList } from "@/server/ca/upki/reconcile.ts";
import { fetchList } from "@/server/ca/upki/site/list.ts";
import { uploadTsv } from "@/server/ca/upki/site/upload.ts";
import type { RequestKind } from "@/server/ca/upki/tsv.ts";
import { openDesk } from "./desk.ts";

const desk = openDesk({ transport: "manual" });

/** The registrar's own browser, with their own certificate. */
async function registrar() {
  const { url, siteCa, registrarP12, passphrase } = desk.site();
  const credential = await readCredential({
    UPKI_CLIENT_P12: registrarP12,
    UPKI_CLIENT_P12_PASSPHRASE: passphrase,
  });
  return { url, credential, authorities: [await readFile(siteCa, "utf8")] };
}

/** Downloads the file, uploads it at NII, and saves the page that answers. */
async function carry(upload: string): Promise<Uint8Array> {
  const file = await fileOf(desk.world(), upload, null);
  if (!file) throw new Error("there is no such file");
  return uploadTsv(await registrar(), { kind: file.kind, file: file.octets, fileName: `${file.kind}.tsv` });
}

async function whole(kind: RequestKind): Promise<string> {
  const upload = await makeFile(desk.world(), kind, null);
  if (!upload) throw new Error(`nothing waits for ${kind}`);
  expect(await enterReply(desk.world(), { upload, page: await carry(upload), institutions: null })).toEqual({
    outcome: "taken",
    lines: 1,
  });
  await desk.settle();
  return upload;
}

test("the life of an application, its files carried by hand", async () => {
  const member = await desk.newMember();
  await desk.apply(member);
  await desk.settle();
  expect(await desk.detail(member)).toMatchObject({ status: "requested" });
  expect((await desk.control("/state")).uploads).toEqual([]);
  expect((await overview(desk.world(), null)).waiting).toEqual({ issue: 1, renew: 0, revoke: 0 });

  await whole("issue");
  const first = await desk.collect(member);
  await desk.settle();
  expect(await desk.detail(member)).toMatchObject({ status: "active", serial: { decimal: first } });
  await desk.renew(member);
  await whole("renew");
  const second = await desk.collect(member);
  await desk.settle();
  expect(await desk.detail(member)).toMatchObject({ status: "active", serial: { decimal: second } });
  await desk.revoke(member);
  await whole("revoke");
  expect(await desk.detail(member)).toMatchObject({ status: "revoked" });
});

test("the file stays the same however often it is downloaded, and what comes later is in the next one", async () => {
  const [early, late] = [await desk.newMember(), await desk.newMember()];
  await desk.apply(early);
  const upload = (await makeFile(desk.world(), "issue", null)) ?? "";
  const before = await fileOf(desk.world(), upload, null);
  await desk.apply(late);
  expect(await fileOf(desk.world(), upload, null)).toEqual(before);
  const next = await makeFile(desk.world(), "issue", null);
  expect(next).not.toBe(upload);
  expect(await makeFile(desk.world(), "issue", null)).toBeNull();

  // Never uploaded after all: it is put back, and goes with another file.
  expect(await settleFile(desk.world(), { upload, as: "waiting", institutions: null })).toBe(1);
  expect(await settleFile(desk.world(), { upload: next ?? "", as: "waiting", institutions: null })).toBe(1);
  const both = (await makeFile(desk.world(), "issue", null)) ?? "";
  await carry(both);
  expect(await settleFile(desk.world(), { upload: both, as: "taken", institutions: null })).toBe(2);
  await desk.settle();
  for (const member of [early, late])
    expect(await desk.detail(member)).toMatchObject({ status: "pin_ready" });
});

test("a reply that refuses a line ends that application; the others wait for the next file", async () => {
  const members = [await desk.newMember(), await desk.newMember()];
  for (const member of members) await desk.apply(member);
  await desk.arm({ kind: "unknown_code" });
  const upload = (await makeFile(desk.world(), "issue", null)) ?? "";
  const page = await carry(upload);
  expect(await enterReply(desk.world(), { upload, page, institutions: null })).toEqual({
    outcome: "refused",
    lines: 1,
  });
  const statuses = await Promise.all(members.map(async (member) => (await desk.detail(member)).status));
  expect(statuses).toEqual(["failed", "requested"]);
  expect((await overview(desk.world(), null)).waiting.issue).toBe(1);
  await whole("issue");
});

test("a page that is no reply is not taken for one", async () => {
  const member = await desk.newMember();
  await desk.apply(member);
  const upload = (await makeFile(desk.world(), "issue", null)) ?? "";
  const page = Buffer.from("<html><body>ログインしてください</body></html>");
  expect(await enterReply(desk.world(), { upload, page, institutions: null })).toEqual({
    outcome: "not_understood",
  });
  expect((await fileOf(desk.world(), upload, null))?.kind).toBe("issue");
  await settleFile(desk.world(), { upload, as: "waiting", institutions: null });
  await whole("issue");
});

test("another institution's file is not there", async () => {
  const member = await desk.newMember();
  await desk.apply(member);
  const strangers = ["another-institution"];
  expect(await makeFile(desk.world(), "issue", strangers)).toBeNull();
  const upload = (await makeFile(desk.world(), "issue", null)) ?? "";
  expect(await fileOf(desk.world(), upload, strangers)).toBeNull();
  expect(await settleFile(desk.world(), { upload, as: "taken", institutions: strangers })).toBe(0);
  await settleFile(desk.world(), { upload, as: "waiting", institutions: null });
  await whole("issue");
});

test("the list, brought by hand, makes up for lost mails", async () => {
  const member = await desk.newMember();
  await desk.apply(member);
  await whole("issue");
  await desk.arm({ kind: "mail_lost", mail: "collected" });
  const serial = await desk.collect(member);
  await desk.settle();
  expect(await desk.detail(member)).toMatchObject({ status: "pin_ready" });
  const list = await fetchList(await registrar());
  const compared = await compareList(desk.world(), list, { via: "upload" });
  expect(compared).toMatchObject({ told: { collected: 1 } });
  expect(await desk.detail(member)).toMatchObject({ status: "active", serial: { decimal: serial } });
});
