/** STEP2: the certificate comes to be, while its holder waits for the download. */
import { hash, type KeyObject } from "node:crypto";
import type { Transaction } from "../../db.ts";
import type { Ticket } from "../../generated/prisma/client.ts";
import { spki } from "../../pki/keys.ts";
import { nodeSuite } from "../../pki/node-suite.ts";
import { checkPair } from "../../pki/pair.ts";
import { buildPkcs12 } from "../../pki/pkcs12.ts";
import { newSerial, serialHex } from "../../pki/serial.ts";
import type { Issuers } from "./issuers.ts";
import type { KeyPair } from "./keys.ts";
import { subjectOf } from "./profiles.ts";
import { packageTime, type Standing, standing } from "./standing.ts";
import { hashOf } from "./tickets.ts";
import { fileNameOf, friendlyNameOf, type PackageAnswer, type PackageEncryption } from "./views.ts";
import { inOneGo, lockTicket, pinOf, type World } from "./world.ts";

/**
 * One certificate for a ticket, however many ask at once and wherever an answer is cut off: whoever comes second with the same browser
 * gets the very same .p12, also when asking for the other encryption.
 */
export async function collect(
  world: World,
  asked: { ticket: string; browser: string; encryption: PackageEncryption },
): Promise<PackageAnswer> {
  const browser = hashOf(asked.browser);
  const found = await world.db.ticket.findUnique({ where: { hash: hashOf(asked.ticket) } });
  const before = standing(found, browser, world.now());
  if (found && before.state === "collected") return storedPackage(world, found);
  if (before.state !== "download") return refusal(before);

  // A key pair takes its time, and so do the issuers at first: both are there before the ticket and a connection are held.
  const issuers = await world.issuers();
  const keys = await world.keys.take();
  let used = false;
  try {
    return await inOneGo(world, async (tx) => {
      const ticket = await lockTicket(tx, asked.ticket);
      const stands = standing(ticket, browser, world.now());
      if (ticket && stands.state === "collected") return storedPackage(world, ticket);
      if (!ticket || stands.state !== "download") return refusal(stands);
      used = true;
      return make(world, tx, ticket, { issuers, keys, encryption: asked.encryption });
    });
  } finally {
    if (!used) world.keys.giveBack(keys);
  }
}

/** Certificate, sealed package and fact come to be together, or not at all. */
async function make(
  world: World,
  tx: Transaction,
  ticket: Ticket,
  { issuers, keys, encryption }: { issuers: Issuers; keys: KeyPair; encryption: PackageEncryption },
): Promise<PackageAnswer> {
  const { privateKey, publicKey } = keys;
  const { orderId } = ticket;
  const now = world.now();
  const issuer = issuers.issuing(ticket.kind);
  const password = pinOf(world, ticket);
  if (password === null) return { result: "refused", because: "lapsed" };

  // What held when it was ordered may not hold now: the issuer's own end may have come too near.
  const code = await issuer.whyNot(ticket, now);
  if (code) {
    await tx.ticket.update({ where: { orderId }, data: { closedAt: now, nonce: null } });
    await world.tell(tx, { type: "refused", orderId, code });
    return { result: "refused", because: "not_issuable" };
  }

  const subject = subjectOf(ticket, now);
  const number = newSerial();
  const der = Uint8Array.from(await issuer.issue({ ...subject, publicKey, serial: number }));
  const friendlyName = friendlyNameOf(ticket);
  const file = await packed({
    privateKey,
    certificate: der,
    chain: issuer.chain,
    password,
    encryption,
    friendlyName,
  });

  const { notBefore, notAfter } = subject;
  const serial = serialHex(number);
  const { dn } = ticket;
  const keyHash = hash("sha256", spki(publicKey), "buffer");
  await tx.certificate.create({
    data: {
      serial,
      issuerId: issuer.id,
      orderId,
      dn,
      notBefore,
      notAfter,
      der,
      keyOrigin: "server",
      keyHash: Uint8Array.from(keyHash),
      shard: issuer.openShard,
    },
  });
  const collected = await tx.ticket.update({
    where: { orderId },
    data: {
      collectedAt: now,
      sealedPackage: world.sealing.seal(file, sealedAs(orderId)),
      packageUntil: new Date(now.getTime() + packageTime),
      encryption,
    },
  });
  await world.tell(tx, { type: "collected", orderId, serial, notBefore, notAfter });
  return storedPackage(world, collected);
}

/** The .p12; of the key's octets nothing stays in memory. */
async function packed({
  privateKey,
  ...rest
}: Omit<Parameters<typeof buildPkcs12>[0], "pkcs8"> & { privateKey: KeyObject }): Promise<Uint8Array> {
  checkPair(privateKey, rest.certificate);
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
  try {
    return await buildPkcs12({ ...rest, pkcs8 }, nodeSuite);
  } finally {
    pkcs8.fill(0);
  }
}

/** What is handed out is what was kept, the first time as well: it opens, and it is the same. */
function storedPackage(world: World, ticket: Ticket): PackageAnswer {
  const { sealedPackage, packageUntil, encryption, orderId } = ticket;
  if (!sealedPackage || !packageUntil || !encryption) return { result: "refused", because: "used" };
  const file = world.sealing.open(sealedPackage, sealedAs(orderId));
  return { result: "package", file, fileName: fileNameOf(ticket), encryption, until: packageUntil };
}

function sealedAs(orderId: string): string {
  return `package/${orderId}`;
}

/** A browser that has confirmed, or came after the window, finds the ticket used. */
function refusal(stands: Standing): PackageAnswer {
  if (stands.state === "refused") return { result: "refused", because: stands.because };
  return { result: "refused", because: stands.state === "pin" ? "pin_wanted" : "used" };
}
