/** Our own key pairs in the federation: made once, when first needed, and kept sealed in the database. */
import { type KeyPair, makeKeyPair } from "./keys.ts";
import type { Federation } from "./world.ts";

export type Purpose = "sp-signing" | "sp-encryption" | "demo-federation" | "demo-a" | "demo-b";

type Needs = Pick<Federation, "db" | "now" | "sealing" | "baseUrl">;

/** Two processes that start at once must not make two keys. */
const lock = 0x5361_6d6c;

/** The key pairs in force for a purpose, newest first; several during a rollover. */
export async function serviceKeys(world: Needs, purpose: Purpose): Promise<KeyPair[]> {
  const kept = await read(world, purpose);
  return kept.length > 0 ? kept : make(world, purpose);
}

export async function serviceKey(world: Needs, purpose: Purpose): Promise<KeyPair> {
  const [newest] = await serviceKeys(world, purpose);
  if (!newest) throw new Error(`no key for ${purpose}`);
  return newest;
}

async function read({ db, sealing }: Needs, purpose: Purpose): Promise<KeyPair[]> {
  const rows = await db.serviceKey.findMany({
    where: { purpose, retiredAt: null },
    orderBy: { createdAt: "desc" },
  });
  return rows.map(({ certificate, sealedKey }) => ({
    certificate,
    privateKey: Buffer.from(sealing.open(sealedKey, contextOf(purpose))).toString("utf8"),
  }));
}

async function make(world: Needs, purpose: Purpose): Promise<KeyPair[]> {
  const pair = await makeKeyPair(new URL(world.baseUrl).hostname, world.now());
  const sealedKey = world.sealing.seal(Buffer.from(pair.privateKey, "utf8"), contextOf(purpose));
  await world.db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${lock}::bigint)`;
    if (await tx.serviceKey.findFirst({ where: { purpose, retiredAt: null } })) return;
    await tx.serviceKey.create({
      data: { purpose, certificate: pair.certificate, sealedKey, createdAt: world.now() },
    });
  });
  return read(world, purpose);
}

function contextOf(purpose: Purpose): string {
  return `service-key:${purpose}`;
}
