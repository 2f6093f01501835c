/**
 * Signatures a second by a key in an HSM (SoftHSM 2, so that no network is in them), beside the limit: a loop of bare C_SignInit and C_Sign with one
 * session, which does nothing else. The portal's are made in the thread pool, each verified before it is given out; one after the other, and sixteen
 * at once. Per second of CPU, all threads counted, for other programs have their part of the machine; the three take turns, and the median of
 * the rounds is told.
 */
import { hash } from "node:crypto";
import { nullValue, octetString, oid, sequence } from "../../server/pki/der.ts";
import { type KeyAlgorithm, signersWith } from "../../server/signers/open.ts";
import { cryptoki } from "../../server/signers/pkcs11/cryptoki.ts";
import { findObjects } from "../../server/signers/pkcs11/key.ts";
import { hasSoftHsm, pin, softHsm } from "../support/softhsm.ts";
import { line, percentile, timed } from "./figures.ts";

const rounds = 5;
const secondsATurn = 0.25;
const tbs = new Uint8Array(900).fill(7);

export async function benchSigners(): Promise<void> {
  if (!hasSoftHsm()) return;
  const hsm = softHsm();
  try {
    hsm.newToken("bench");
    for (const algorithm of ["rsa-2048", "rsa-3072", "p-256", "p-384"] as const)
      await compare(hsm.module, algorithm);
  } finally {
    hsm.remove();
  }
}

async function compare(path: string, algorithm: KeyAlgorithm): Promise<void> {
  const { makeKey, openSigner } = signersWith({ PKCS11_MODULE: path, PKCS11_PIN: pin });
  const keyRef = `pkcs11:token=bench;object=${algorithm}`;
  const signer = await openSigner(keyRef, await makeKey(keyRef, algorithm));
  const bare = await bareLoop(path, algorithm);
  bare(1);
  const begin = performance.now();
  bare(5);
  const count = Math.max(10, Math.ceil((secondsATurn * 5_000) / (performance.now() - begin)));

  const rates: Record<"bare" | "one" | "many", number[]> = { bare: [], one: [], many: [] };
  const sign = async () => {
    await signer.sign(tbs);
  };
  for (let round = 0; round < rounds; round++) {
    rates.bare.push(count / (await cpuSeconds(() => bare(count))));
    rates.one.push(count / (await cpuSeconds(() => timed(count, 1, sign))));
    rates.many.push(count / (await cpuSeconds(() => timed(count, 16, sign))));
  }
  const median = (what: keyof typeof rates) => percentile(rates[what], 0.5);
  console.log(
    line(`PKCS #11, ${algorithm}`, {
      "bare/s": median("bare").toFixed(0),
      "one by one/s": median("one").toFixed(0),
      "16 at once/s": median("many").toFixed(0),
      ratio: (median("one") / median("bare")).toFixed(2),
      "ratio, 16 at once": (median("many") / median("bare")).toFixed(2),
    }),
  );
}

async function cpuSeconds(deed: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await deed();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** What an HSM's module can do from here when nobody looks at what it does. */
async function bareLoop(path: string, algorithm: KeyAlgorithm): Promise<(count: number) => void> {
  const module = await cryptoki(path);
  const { js, p11 } = module;
  const slot = p11.C_GetSlotList(true).find((slot) => p11.C_GetTokenInfo(slot).label.trim() === "bench");
  // The signer has logged in, which holds for all sessions.
  const session = p11.C_OpenSession(slot ?? Buffer.alloc(0), js.CKF_SERIAL_SESSION);
  const [key = Buffer.alloc(0)] = findObjects(module, session, js.CKO_PRIVATE_KEY, { object: algorithm });
  const isRsa = algorithm.startsWith("rsa");
  const digest = hash(algorithm === "p-384" ? "sha384" : "sha256", tbs, "buffer");
  const info = sequence(sequence(oid("2.16.840.1.101.3.4.2.1"), nullValue), octetString(digest));
  const input = Buffer.from(isRsa ? info : digest);
  const mechanism = { mechanism: isRsa ? js.CKM_RSA_PKCS : js.CKM_ECDSA };
  return (count) => {
    for (let n = 0; n < count; n++) {
      p11.C_SignInit(session, mechanism, key);
      p11.C_Sign(session, input, Buffer.alloc(1024));
    }
  };
}
