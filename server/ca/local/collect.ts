/** STEP2 for a key made here: key pair and certificate come to be while their holder waits for the .p12. */
import { hash, type KeyObject } from "node:crypto";
import type { Ticket } from "../../generated/prisma/client.ts";
import { checkSubjectKey } from "../../pki/keys.ts";
import { nodeSuite } from "../../pki/node-suite.ts";
import { checkPair } from "../../pki/pair.ts";
import { buildPkcs12 } from "../../pki/pkcs12.ts";
import { sealedColumns } from "../../secrets/sealed-columns.ts";
import type { Bytes } from "../../secrets/sealing.ts";
import { type Granted, type Package, standsFor, type Wish } from "./issue.ts";
import type { CertificateIssuer } from "./issuers.ts";
import type { KeyPair } from "./keys.ts";
import { packageTime } from "./standing.ts";
import { hashOf } from "./tickets.ts";
import { fileNameOf, friendlyNameOf, type PackageAnswer, type PackageEncryption } from "./views.ts";
import { pinOf, type World } from "./world.ts";

const { context: sealedAs } = sealedColumns.package;

/**
 * One certificate for a ticket, however many ask at once and wherever an answer is cut off: whoever comes second with the same browser
 * gets the very same .p12, also when asking for the other encryption.
 */
export async function collect(
  world: World,
  asked: { ticket: string; browser: string; encryption: PackageEncryption },
): Promise<PackageAnswer> {
  const holder = { ticket: hashOf(asked.ticket), browser: hashOf(asked.browser), origin: "server" } as const;
  // A key pair takes its time: it is there before the ticket and a connection are held, and made for nobody whose ticket opens nothing.
  let keys = await world.keys.takeReady();
  if (!keys) {
    const before = standsFor(holder, await world.look(holder.ticket), world.now());
    if (before.result !== "open") return answerOf(world, before);
    keys = await world.keys.take();
  }
  return collectWith(world, { ...holder, encryption: asked.encryption }, keys);
}

async function collectWith(
  world: World,
  {
    encryption,
    ...holder
  }: Pick<Wish, "ticket" | "browser"> & { origin: "server"; encryption: PackageEncryption },
  keys: KeyPair,
): Promise<PackageAnswer> {
  let used = false;
  const pack: Wish["pack"] = async (ticket, certificate, issuer) => {
    used = true;
    return sealedPackage(world, ticket, { keys, certificate, issuer, encryption });
  };
  const { publicKey } = keys;
  const keyHash = Uint8Array.from(hash("sha256", checkSubjectKey(publicKey).spki, "buffer"));
  try {
    return answerOf(world, await world.issue({ ...holder, publicKey, keyHash, pack }));
  } finally {
    if (!used) world.keys.giveBack(keys);
  }
}

function answerOf(world: World, granted: Granted): PackageAnswer {
  if (granted.result === "made") return storedPackage(world, granted.ticket);
  if (granted.result === "refused") return granted;
  throw new Error(`A key that was made here is refused: ${granted.code}.`);
}

async function sealedPackage(
  world: World,
  ticket: Ticket,
  of: {
    keys: KeyPair;
    certificate: Promise<Bytes>;
    issuer: CertificateIssuer;
    encryption: PackageEncryption;
  },
): Promise<Package> {
  const { certificate, issuer, encryption } = of;
  const password = pinOf(world, ticket);
  if (password === null) throw new Error(`The PIN of order ${ticket.orderId} is gone.`);
  const { privateKey } = of.keys;
  const friendlyName = friendlyNameOf(ticket);
  const file = await packed({
    privateKey,
    certificate,
    chain: issuer.chain,
    password,
    encryption,
    friendlyName,
  });
  return {
    sealedPackage: world.sealing.seal(file, sealedAs(ticket.orderId)),
    packageUntil: new Date(world.now().getTime() + packageTime),
    encryption,
  };
}

/** The .p12; of the key's octets nothing stays in memory. */
async function packed({
  privateKey,
  certificate: signed,
  ...rest
}: Omit<Parameters<typeof buildPkcs12>[0], "pkcs8" | "certificate"> & {
  privateKey: KeyObject;
  certificate: Promise<Bytes>;
}): Promise<Uint8Array> {
  const certificate = signed.then((der) => {
    checkPair(privateKey, der);
    return der;
  });
  // What is wrong with it is told by whoever waits for it.
  certificate.catch(() => {});
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
  try {
    return await buildPkcs12({ ...rest, certificate, pkcs8 }, nodeSuite);
  } finally {
    pkcs8.fill(0);
  }
}

/** What is handed out is what was kept, the first time as well: it opens, and it is the same. */
function storedPackage(world: World, ticket: Ticket): PackageAnswer {
  const { sealedPackage, packageUntil, encryption, orderId } = ticket;
  const stands = sealedPackage && packageUntil && encryption && !ticket.confirmedAt;
  if (!stands || packageUntil <= world.now()) return { result: "refused", because: "used" };
  const file = world.sealing.open(sealedPackage, sealedAs(orderId));
  return { result: "package", file, fileName: fileNameOf(ticket), encryption, until: packageUntil };
}
