/** Files with PINs: read late, or once more, each PIN is still its own certificate's. */
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { ZipFile } from "yazl";
import { pageUrlContext } from "@/server/ca/upki/enter-mail.ts";
import { readPinFile } from "@/server/ca/upki/pin-file.ts";
import { assignPin } from "@/server/ca/upki/pins.ts";
import type { Member } from "@/server/generated/prisma/client.ts";
import { openDesk } from "./desk.ts";

const desk = openDesk();

/** The page of the PIN that was announced last. */
async function announcedUrl(): Promise<string> {
  const page = await desk.db().upkiPinPage.findFirstOrThrow({ where: { status: "to_fetch" } });
  return Buffer.from(
    desk.world().sealing.open(page.sealedUrl ?? Buffer.alloc(0), pageUrlContext(page.id)),
  ).toString();
}

async function pinIn(zip: Uint8Array): Promise<string> {
  const read = await readPinFile(zip);
  if (!("rows" in read)) throw new Error(read.fault.what);
  return read.rows[0]?.pin ?? "";
}

/** Fetches what is due, where every page gives out this file. */
function fetchFrom(file: Uint8Array): Promise<number> {
  return desk.elsewhere({ site: { ...desk.world().site, pinFile: async () => file } }).fetchPins();
}

async function applied(): Promise<Member> {
  const member = await desk.newMember();
  await desk.apply(member);
  await desk.nii().send();
  await desk.mailsHaveCome();
  return member;
}

test("a PIN that comes after the mail of the download is there to open the .p12", async () => {
  const member = await applied();
  const file = await desk.world().site.pinFile(await announcedUrl());
  const pin = await pinIn(file);
  await desk.collect(member, pin);
  await desk.mailsHaveCome();
  const before = await desk.detail(member);
  expect(before).toMatchObject({ status: "active", pin: { state: "gone" } });

  await fetchFrom(file);
  const after = await desk.detail(member);
  expect(after).toMatchObject({ status: "active", pin: { state: "ready", value: pin } });
  expect(after.history).toEqual(before.history);
  expect(await desk.db().upkiPinPage.count({ where: { status: { not: "done" } } })).toBe(0);
});

test("a file that is read again gives its PIN to no renewal of that certificate", async () => {
  const member = await applied();
  const first = await desk.world().site.pinFile(await announcedUrl());
  const [pin, name] = [await pinIn(first), await desk.nameOf(member)];
  const other = await desk.newMember();
  const zip = new ZipFile();
  const lines = [
    ["氏名", "E-mail", "PIN", "DN"],
    ["", "", pin, name],
    ["", "", "another16letters", "CN=Nobody,C=JP"],
  ];
  zip.addBuffer(Buffer.from(lines.map((line) => `${line.join("\t")}\r\n`).join("")), "pin.txt");
  zip.end();
  await fetchFrom(await buffer(zip.outputStream));
  await desk.collect(member, pin);
  await desk.mailsHaveCome();

  await desk.renew(member);
  await desk.apply(other);
  await desk.nii().send();
  await desk.mailsHaveCome();
  const [request] = await desk
    .db()
    .upkiRequest.findMany({ where: { enrollmentId: await desk.enrollmentOf(other) } });
  const page = await desk.db().upkiPinPage.findFirstOrThrow({ where: { status: "dead" } });
  expect(
    await assignPin(desk.world(), {
      page: page.id,
      name: "CN=Nobody,C=JP",
      requestId: request?.id ?? "",
      by: "admin",
    }),
  ).toBe(true);
  expect(await desk.detail(member)).toMatchObject({ pin: { state: "not_yet" } });
  await desk.nii().fetchPins();
  expect(await desk.pin(member)).not.toBe(pin);
  await desk.collect(member);
});
