/**
 * What an institution said of somebody at a login, for that person's own eyes (the attribute doctor): sealed, and read by the
 * session it began, or by the browser whose login it could not begin.
 */
import { createHash, randomBytes } from "node:crypto";
import { log } from "../../log.ts";
import { sealedColumns } from "../../secrets/sealed-columns.ts";
import { providerIdOf } from "../metadata/read-providers.ts";
import { type Jar, usesHttps } from "../session/cookies.ts";
import { sessionSeconds } from "../session/sessions.ts";
import type { Federation } from "../world.ts";
import type { Reading } from "./attributes.ts";

export type Release = { reading: Reading; authnContext: string | null };

/** `at`: when it arrived. */
export type KeptRelease = Release & { entityId: string; at: Date; reference: string | null };

/** How long the browser of a login that failed may look. */
const refusedSeconds = 15 * 60;

/** For the session that it began. Should it fail, the login holds all the same. */
export async function keepRelease(world: Federation, sessionId: string, entityId: string, release: Release) {
  await keep(world, sessionId, { entityId, reference: null, ...release }, sessionSeconds);
}

/** For a browser without a session: the line of the cookie that alone can read it. */
export async function keepRefusedRelease(
  world: Federation,
  what: Release & { entityId: string; reference: string },
): Promise<string> {
  const secret = randomBytes(32).toString("base64url");
  await keep(world, idOf(secret), what, refusedSeconds);
  const secure = usesHttps(world) ? "; Secure" : "";
  return `${cookieName(world)}=${secret}; Path=/; Max-Age=${refusedSeconds}; HttpOnly; SameSite=Lax${secure}`;
}

export async function releaseOfSession(world: Federation, sessionId: string): Promise<KeptRelease | null> {
  return read(world, sessionId);
}

/** `reference` is the page's: another login of this browser that failed is not shown in its place. */
export async function releaseOfBrowser(
  world: Federation,
  jar: Jar,
  reference: string,
): Promise<KeptRelease | null> {
  const secret = jar[cookieName(world)];
  const release = secret ? await read(world, idOf(secret)) : null;
  return release?.reference === reference ? release : null;
}

type Content = Release & { entityId: string; reference: string | null };

async function keep({ db, now, sealing }: Federation, id: string, content: Content, seconds: number) {
  const createdAt = now();
  const row = {
    providerId: providerIdOf(content.entityId),
    sealed: sealing.seal(Buffer.from(JSON.stringify(content), "utf8"), contextOf(id)),
    createdAt,
    expiresAt: new Date(createdAt.getTime() + seconds * 1000),
  };
  await db.release
    .upsert({ where: { id }, create: { id, ...row }, update: row })
    .catch((err: unknown) => log.error({ err }, "What was released could not be kept for its owner"));
}

async function read({ db, now, sealing }: Federation, id: string): Promise<KeptRelease | null> {
  const row = await db.release.findUnique({ where: { id, expiresAt: { gt: now() } } });
  if (!row) return null;
  const content = Buffer.from(sealing.open(row.sealed, contextOf(id))).toString("utf8");
  return { ...(JSON.parse(content) as Content), at: row.createdAt };
}

const { context: contextOf } = sealedColumns.release;

function idOf(secret: string): string {
  return createHash("sha256").update(secret, "utf8").digest("hex");
}

/** `__Host-`: no other host of the same domain can set it for us. */
function cookieName(world: Pick<Federation, "baseUrl">): string {
  return `${usesHttps(world) ? "__Host-" : ""}release`;
}
