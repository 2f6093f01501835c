/**
 * Jackson's store over our tables. What it keeps for a login (`oauth:*`) is handed out once and never after its time;
 * connections are not stored at all but made from the provider of the request at hand.
 */
import type { AsyncLocalStorage } from "node:async_hooks";
import type { DatabaseDriver, Index } from "@boxyhq/saml-jackson";
import type { Database } from "../../db.ts";

/** What one call of Jackson works with. */
export type Surroundings = { db: Database; now: Date; connection: object | null };

const connections = "saml:config";
const ofOneLogin = /^oauth:(session|code|token)$/;

export function driverOver(surroundings: AsyncLocalStorage<Surroundings>): DatabaseDriver {
  const here = () => {
    const found = surroundings.getStore();
    if (!found) throw new Error("Jackson was called outside of a request");
    return found;
  };
  const connection = () => {
    const known = here().connection;
    return known ? [{ value: JSON.stringify(known) }] : [];
  };
  return {
    async get(namespace, key) {
      if (!ofOneLogin.test(namespace)) return null;
      const { db, now } = here();
      const [row] = await db.$queryRaw<{ value: string; expiresAt: Date }[]>`
        DELETE FROM "JacksonRecord" WHERE "namespace" = ${namespace} AND "key" = ${key} RETURNING "value", "expiresAt"`;
      return row && row.expiresAt > now ? { value: row.value } : null;
    },
    async put(namespace, key, value, ttl) {
      // Everything else Jackson would keep (traces, settings) is of no use to the portal.
      if (!ofOneLogin.test(namespace)) return;
      const { db, now } = here();
      const expiresAt = new Date(now.getTime() + ttl * 1000);
      await db.jacksonRecord.create({ data: { namespace, key, value: value.value, expiresAt } });
    },
    // What was read is gone already.
    delete: async () => {},
    deleteMany: async () => {},
    getByIndex: async (namespace) => ({ data: namespace === connections ? connection() : [] }),
    getAll: async () => ({ data: [] }),
    getCount: async () => 0,
    close: async () => {},
    getStats: () => ({}),
  };
}

/** The driver as Jackson's stores see it: values, not their text. */
export function storedBy(driver: DatabaseDriver) {
  const read = (record: { value: string } | null) => record && JSON.parse(record.value);
  return {
    get: async (namespace: string, key: string) => read(await driver.get(namespace, key)),
    put: (namespace: string, key: string, value: unknown, ttl = 0) =>
      driver.put(namespace, key, { value: JSON.stringify(value) }, ttl),
    delete: (namespace: string, key: string) => driver.delete(namespace, key),
    getByIndex: async (namespace: string, index: Index) => {
      const { data } = await driver.getByIndex(namespace, index);
      return { data: data.map(read) };
    },
  };
}
