/** PostgreSQL's notifications, so that work begins at once; while the connection is away, polling does it. */
import pg from "pg";
import type { Log } from "./log.ts";
import { channel } from "./store.ts";

const pauseMs = 1000;

/** Calls `wake` at each notification and after each reconnection. What it returns ends it. */
export function listen(databaseUrl: string, wake: () => void, log: Log): () => Promise<void> {
  let ended = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const mine = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
    client = mine;
    let away = false;
    const lost = (err?: Error) => {
      if (ended || away) return;
      away = true;
      log.warn({ err }, "the engine is not notified at the moment and polls");
      mine.end().catch(() => {});
      retry = setTimeout(connect, pauseMs);
    };
    mine.on("error", lost);
    mine.on("end", () => lost());
    mine.on("notification", wake);
    try {
      await mine.connect();
      await mine.query(`LISTEN ${channel}`);
      wake();
    } catch (err) {
      lost(err as Error);
    }
  }

  void connect();
  return async () => {
    ended = true;
    clearTimeout(retry);
    await client?.end().catch(() => {});
  };
}
