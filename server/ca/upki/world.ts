/** What the connector's deeds need of the world. */
import type { Database, Transaction } from "../../db.ts";
import type { UpkiRequest as Row } from "../../generated/prisma/client.ts";
import type { Tell } from "../../ports.ts";
import { sealedColumns } from "../../secrets/sealed-columns.ts";
import type { Sealing } from "../../secrets/sealing.ts";
import type { UpkiSettings } from "./settings.ts";
import type { RequestKind, UpkiRequest } from "./tsv.ts";

export type World = {
  db: Database;
  now: () => Date;
  sealing: Sealing;
  tell: Tell;
  settings: UpkiSettings;
  site: Site;
  /** Sends what lies in the outbox. Never throws. */
  wakeOutbox: () => Promise<void>;
};

/** The service's pages. Not called where a registrar carries the files. */
export interface Site {
  /** The octets of the reply page. @throws SiteFault */
  upload(request: { kind: RequestKind; file: Uint8Array; fileName: string }): Promise<Uint8Array>;
  /** The octets of the list of certificates. @throws SiteFault */
  list(): Promise<Uint8Array>;
  /** The octets of the ZIP with PINs, once a URL. @throws PinPageFault */
  pinFile(url: string): Promise<Uint8Array>;
}

export type { Row };

/** All or nothing, and patient: what the service says is not said twice. */
export function inOneGo<T>(world: World, deed: (tx: Transaction) => Promise<T>): Promise<T> {
  return world.db.$transaction(deed, { maxWait: 20_000, timeout: 60_000 });
}

/** The requests as they are now, kept so from others until the transaction ends; in one order, so that two never wait for each other. */
export async function lockRequests(tx: Transaction, ids: readonly string[]): Promise<Row[]> {
  if (ids.length === 0) return [];
  return tx.$queryRaw<Row[]>`SELECT * FROM "UpkiRequest" WHERE id = ANY(${[...ids]}) ORDER BY id FOR UPDATE`;
}

/** What the row's line is made of. It was checked before it was written. */
export function lineIn(row: Pick<Row, "line">): UpkiRequest {
  return row.line as unknown as UpkiRequest;
}

export const pinContext = sealedColumns.upkiPin.context;
