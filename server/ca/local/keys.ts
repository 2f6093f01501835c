/** Key pairs of holders. They are made while answering and live only in memory and in the .p12 they go into. */
import { checkSubjectKey, generateRsaKey } from "../../pki/keys.ts";

export type KeyPair = Awaited<ReturnType<typeof generateRsaKey>>;

export type KeyRing = {
  /** A key pair nobody has had yet. */
  take: () => Promise<KeyPair>;
  /** The same if one was begun ahead; else null, and none is made. */
  takeReady: () => Promise<KeyPair | null>;
  /** Takes back one that was not used after all. */
  giveBack: (pair: KeyPair) => void;
  /** Begins to make one ahead: somebody is about to ask. */
  prepare: () => void;
};

/** A ring that keeps at most `capacity` unused pairs; they go with the process. */
export function keyRing(capacity = 4, make: () => Promise<KeyPair> = generateRsaKey): KeyRing {
  const ready: Promise<KeyPair>[] = [];

  function keep(pair: Promise<KeyPair>): void {
    if (ready.length < capacity) ready.push(pair);
  }

  return {
    take: () => ready.shift() ?? make(),
    takeReady: async () => ready.shift() ?? null,
    giveBack: (pair) => keep(Promise.resolve(pair)),
    prepare() {
      if (ready.length >= capacity) return;
      const pair = make().then(lookedAt);
      pair.catch(() => ready.splice(0, ready.length, ...ready.filter((kept) => kept !== pair)));
      keep(pair);
    },
  };
}

/** What a certificate asks of its key is found out before somebody waits for it. @throws PkiError as `checkSubjectKey` */
function lookedAt(pair: KeyPair): KeyPair {
  checkSubjectKey(pair.publicKey);
  return pair;
}
