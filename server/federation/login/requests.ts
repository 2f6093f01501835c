/** What has been sent to a provider and waits for its answer. Whoever takes it, takes it alone. */
import { createHash } from "node:crypto";
import type { Database } from "../../db.ts";
import { LoginRefusal } from "../refusal.ts";
import type { Federation } from "../world.ts";
import type { StepUp } from "./step-up.ts";

export type LoginRequest = { requestId: string; providerId: string; locale: string } & Partial<StepUp>;

/** As it is found again; of an ordinary login `memberId` and `returnTo` are null and `authnContexts` is empty. */
export type TakenRequest = Omit<LoginRequest, keyof StepUp> & {
  memberId: string | null;
  authnContexts: string[];
  returnTo: string | null;
  createdAt: Date;
  expiresAt: Date;
};

/** Long enough for a slow login with a second factor, and no longer than NextAuth's own cookies. */
export const loginMinutes = 15;

/**
 * How many may wait at once; looked at each so many requests. Anybody can begin logins, and nobody is refused for it: the
 * oldest go. To push out a login that takes three minutes, over 500 would have to begin every second for as long, and each of
 * them costs us a signature.
 */
const waitingRoom = { most: 100_000, every: 1_000 };
let kept = 0;

export async function keepRequest(
  { db, now }: Federation,
  relayState: string,
  request: LoginRequest,
  { most, every } = waitingRoom,
) {
  const createdAt = now();
  await db.loginRequest.create({
    data: {
      id: keyOf(relayState),
      ...request,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + loginMinutes * 60_000),
    },
  });
  kept += 1;
  if (kept % every === 0) await dropOldest(db, most);
}

/** Of the requests, and of what Jackson keeps beside each. */
async function dropOldest(db: Database, most: number) {
  await db.$executeRaw`
    DELETE FROM "LoginRequest" WHERE "expiresAt" <=
      (SELECT "expiresAt" FROM "LoginRequest" ORDER BY "expiresAt" DESC OFFSET ${most} LIMIT 1)`;
  await db.$executeRaw`
    DELETE FROM "JacksonRecord" WHERE "expiresAt" <=
      (SELECT "expiresAt" FROM "JacksonRecord" ORDER BY "expiresAt" DESC OFFSET ${most} LIMIT 1)`;
}

/** Gone from now on, whatever comes of the answer. */
export async function takeRequest(db: Database, relayState: string): Promise<TakenRequest> {
  const id = keyOf(relayState);
  const [row] = await db.$queryRaw<TakenRequest[]>`
    DELETE FROM "LoginRequest" WHERE "id" = ${id}
    RETURNING "requestId", "providerId", "locale", "memberId", "authnContexts", "returnTo", "createdAt", "expiresAt"`;
  if (!row) throw new LoginRefusal("request_unknown");
  return row;
}

export function requireInTime({ expiresAt }: Pick<TakenRequest, "expiresAt">, now: Date) {
  if (expiresAt <= now)
    throw new LoginRefusal("request_expired", {
      expected: `before ${expiresAt.toISOString()}`,
      actual: now.toISOString(),
    });
}

function keyOf(relayState: string): string {
  return createHash("sha256").update(relayState, "utf8").digest("hex");
}
