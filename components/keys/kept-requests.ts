/** Where this browser keeps sealed requests until their certificates are safely their holder's: IndexedDB. */
import type { SealedRequest } from "./sealed-request.ts";

export interface KeptRequests {
  find(ticket: string): Promise<SealedRequest | null>;
  /** Keeps it, unless there is one of the same ticket already: whichever came first is given back, so that two tabs end up with one key. */
  keepFirst(request: SealedRequest): Promise<SealedRequest>;
  forget(ticket: string): Promise<void>;
  /** Forgets what is older than any ticket. */
  sweep(now: number): Promise<void>;
}

const STORE = "requests";
const day = 24 * 60 * 60 * 1000;
/** A ticket is good for a month. */
const keptFor = 40 * day;
/** Some browsers neither open a database nor say why not. */
const patience = 5_000;

/** Null where the browser keeps nothing: private windows, storage that was switched off or is full. */
export async function openKeptRequests(): Promise<KeptRequests | null> {
  try {
    const database = await within(patience, open());
    return keptRequestsIn(database);
  } catch {
    return null;
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("issuing-site", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "ticket" });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("No answer.")), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function keptRequestsIn(database: IDBDatabase): KeptRequests {
  // Another tab's newer page may want to change the store.
  database.onversionchange = () => database.close();

  /** One transaction; settles once what it wrote is on the disk. */
  function inStore<T>(
    mode: IDBTransactionMode,
    deed: (store: IDBObjectStore, give: (value: T) => void) => void,
  ): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      let given: T | undefined;
      const transaction = database.transaction(STORE, mode, { durability: "strict" });
      transaction.oncomplete = () => resolve(given);
      transaction.onabort = () => reject(transaction.error);
      deed(transaction.objectStore(STORE), (value) => {
        given = value;
      });
    });
  }

  return {
    async find(ticket) {
      const found = await inStore<SealedRequest>("readonly", (store, give) => {
        const asking = store.get(ticket);
        asking.onsuccess = () => give(asking.result);
      });
      return found ?? null;
    },

    async keepFirst(request) {
      const kept = await inStore<SealedRequest>("readwrite", (store, give) => {
        const asking = store.get(request.ticket);
        asking.onsuccess = () => {
          give(asking.result ?? request);
          if (!asking.result) store.add(request);
        };
      });
      return kept ?? request;
    },

    async forget(ticket) {
      await inStore("readwrite", (store) => store.delete(ticket));
    },

    async sweep(now) {
      await inStore("readwrite", (store) => {
        const walking = store.openCursor();
        walking.onsuccess = () => {
          const cursor = walking.result;
          if (!cursor) return;
          if (!(cursor.value.madeAt > now - keptFor)) cursor.delete();
          cursor.continue();
        };
      });
    },
  };
}
