/** What has been sent to a provider and waits for its answer. Whoever takes it, takes it alone. */
import { createHash } from "node:crypto";
import type { Database } from "../db.ts";
import { LoginRefusal } from "./refusal.ts";
import type { Federation } from "./world.ts";

export type LoginRequest = { requestId: string; providerId: string; locale: string };

/** Long enough for a slow login with a second factor, and no longer than NextAuth's own cookies. */
export const loginMinutes = 15;

export async function keepRequest({ db, now }: Federation, relayState: string, request: LoginRequest) {
  const createdAt = now();
  await db.loginRequest.create({
    data: {
      id: keyOf(relayState),
      ...request,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + loginMinutes * 60_000),
    },
  });
}

/** Gone from now on, whatever comes of the answer. */
export async function takeRequest(
  db: Database,
  relayState: string,
): Promise<LoginRequest & { expiresAt: Date }> {
  const id = keyOf(relayState);
  const [row] = await db.$queryRaw<(LoginRequest & { expiresAt: Date })[]>`
    DELETE FROM "LoginRequest" WHERE "id" = ${id} RETURNING "requestId", "providerId", "locale", "expiresAt"`;
  if (!row) throw new LoginRefusal("request_unknown");
  return row;
}

export function requireInTime({ expiresAt }: { expiresAt: Date }, now: Date) {
  if (expiresAt <= now)
    throw new LoginRefusal("request_expired", {
      expected: `before ${expiresAt.toISOString()}`,
      actual: now.toISOString(),
    });
}

function keyOf(relayState: string): string {
  return createHash("sha256").update(relayState, "utf8").digest("hex");
}
