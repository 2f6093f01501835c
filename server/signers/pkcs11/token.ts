/** A token: found, logged in to once, and a few sessions of it shared by all who sign. */
import type { Handle } from "pkcs11js";
import { KeyFault } from "../../kms/fault.ts";
import type { Pkcs11Uri } from "../../kms/key-ref.ts";
import { type Cryptoki, wordOf } from "./cryptoki.ts";

export type Token = {
  slot: Handle;
  /** `begun` of its module when it was found. */
  of: number;
  /** Those that it signs with. */
  mechanisms: ReadonlySet<number>;
  /** By their URI: handles hold as long as the token stays logged in. */
  keys: Map<string, PrivateKey>;
};

/** `eachTime`: the PIN is wanted for every signature. */
export type PrivateKey = { handle: Handle; eachTime: boolean };

export type Tokens = {
  /** Where the session was lost with the token, all is opened anew and the deed done once more. @throws KeyFault */
  use<T>(deed: (session: Handle, token: Token) => Promise<T> | T): Promise<T>;
};

/** More would only wait in Node's thread pool. */
const mostSessions = 8;

/** The token was taken out, restarted, or its connection lost. */
const lost = new Set([
  "CKR_SESSION_HANDLE_INVALID",
  "CKR_SESSION_CLOSED",
  "CKR_DEVICE_REMOVED",
  "CKR_DEVICE_ERROR",
  "CKR_GENERAL_ERROR",
  "CKR_TOKEN_NOT_PRESENT",
  "CKR_TOKEN_NOT_RECOGNIZED",
  "CKR_USER_NOT_LOGGED_IN",
  "CKR_KEY_HANDLE_INVALID",
  "CKR_OBJECT_HANDLE_INVALID",
  "CKR_SLOT_ID_INVALID",
  "CKR_CRYPTOKI_NOT_INITIALIZED",
]);

const shared = globalThis as { portalTokens?: WeakMap<Cryptoki, Map<string, Tokens>> };

/** One for each token that is asked for, however many keys of it are. */
export function tokens(cryptoki: Cryptoki, uri: Pkcs11Uri, pin: string | undefined): Tokens {
  shared.portalTokens ??= new WeakMap();
  const ofModule = shared.portalTokens.get(cryptoki) ?? new Map<string, Tokens>();
  shared.portalTokens.set(cryptoki, ofModule);
  const { object: _, id: __, ...which } = uri;
  const name = JSON.stringify([which, pin]);
  const made = ofModule.get(name) ?? openTokens(cryptoki, which, pin);
  ofModule.set(name, made);
  return made;
}

type Lease = { session: Handle; token: Token };

function openTokens(cryptoki: Cryptoki, which: Pkcs11Uri, pin: string | undefined): Tokens {
  const { p11 } = cryptoki;
  let token: Token | null = null;
  let idle: Handle[] = [];
  let open = 0;
  const waiting: (() => void)[] = [];
  /** A wrong PIN is not tried again: a token locks itself after a few. */
  let pinFault: KeyFault | null = null;

  function openSession(): Lease {
    if (pinFault) throw pinFault;
    token ??= find();
    const session = p11.C_OpenSession(
      token.slot,
      cryptoki.js.CKF_SERIAL_SESSION | cryptoki.js.CKF_RW_SESSION,
    );
    try {
      logIn(session);
    } catch (error) {
      closeQuietly(session);
      throw error;
    }
    return { session, token };
  }

  function find(): Token {
    const slot = findSlot(cryptoki, which);
    const { CKF_SIGN } = cryptoki.js;
    // Some modules tell of a mechanism that is switched off in the one place, some in the other.
    const signing = p11
      .C_GetMechanismList(slot)
      .filter((mechanism) => (p11.C_GetMechanismInfo(slot, mechanism).flags & CKF_SIGN) !== 0);
    return { slot, of: cryptoki.begun, mechanisms: new Set(signing), keys: new Map() };
  }

  function logIn(session: Handle): void {
    if (pin === undefined) return;
    try {
      p11.C_Login(session, cryptoki.js.CKU_USER, pin);
    } catch (cause) {
      const word = wordOf(cause);
      if (word === "CKR_USER_ALREADY_LOGGED_IN") return;
      if (!word.startsWith("CKR_PIN_")) throw cause;
      pinFault = new KeyFault(
        "not_allowed",
        `The token does not take PKCS11_PIN (${word}). It is not tried again, for a token locks itself after a few wrong ones: set it right and restart the portal.`,
      );
      throw pinFault;
    }
  }

  function closeQuietly(session: Handle): void {
    try {
      p11.C_CloseSession(session);
    } catch {
      // It was closed with its token.
    }
  }

  async function take(): Promise<Lease> {
    while (open >= mostSessions && idle.length === 0) await new Promise<void>((go) => waiting.push(go));
    if (token && token.of !== cryptoki.begun) forget(token);
    const session = idle.pop();
    if (session && token) return { session, token };
    open += 1;
    try {
      return openSession();
    } catch (error) {
      open -= 1;
      waiting.shift()?.();
      throw error;
    }
  }

  function giveBack({ session, token: its }: Lease, sound: boolean): void {
    if (sound && its === token) idle.push(session);
    else {
      open -= 1;
      if (its.of === cryptoki.begun) closeQuietly(session);
    }
    waiting.shift()?.();
  }

  /** Once for all who lost it together. */
  function forget(its: Token | null): void {
    if (its !== token || its === null) return;
    token = null;
    open -= idle.length;
    if (its.of === cryptoki.begun) for (const session of idle) closeQuietly(session);
    idle = [];
  }

  async function once<T>(deed: (session: Handle, token: Token) => Promise<T> | T): Promise<T> {
    return cryptoki.during(() => withLease(deed));
  }

  async function withLease<T>(deed: (session: Handle, token: Token) => Promise<T> | T): Promise<T> {
    const before = token;
    let lease: Lease;
    try {
      lease = await take();
    } catch (error) {
      forget(before);
      throw error;
    }
    let sound = false;
    try {
      const result = await deed(lease.session, lease.token);
      sound = true;
      return result;
    } catch (error) {
      if (lost.has(wordOf(error))) forget(lease.token);
      throw error;
    } finally {
      giveBack(lease, sound);
    }
  }

  return {
    async use(deed) {
      try {
        return await once(deed);
      } catch (error) {
        if (!isLost(error)) throw inWords(error);
        if (wordOf(error) === "CKR_CRYPTOKI_NOT_INITIALIZED") cryptoki.initialize();
      }
      try {
        return await once(deed);
      } catch (error) {
        if (!isLost(error)) throw inWords(error);
        await cryptoki.restart();
      }
      return once(deed).catch((error: unknown) => {
        throw inWords(error);
      });
    },
  };
}

/** A token that is not found may be one that the module has yet to notice. */
function isLost(error: unknown): boolean {
  return lost.has(wordOf(error)) || (error instanceof KeyFault && error.code === "unreachable");
}

function findSlot({ p11 }: Cryptoki, which: Pkcs11Uri): Handle {
  const asked: [string | undefined, "label" | "manufacturerID" | "model" | "serialNumber"][] = [
    [which.token, "label"],
    [which.manufacturer, "manufacturerID"],
    [which.model, "model"],
    [which.serial, "serialNumber"],
  ];
  const slots = p11.C_GetSlotList(true).filter((slot) => {
    if (which.slotId !== undefined && slotNumber(slot) !== which.slotId) return false;
    const info = p11.C_GetTokenInfo(slot);
    return asked.every(([value, field]) => value === undefined || info[field].trimEnd() === value);
  });
  const [slot, ...others] = slots;
  if (slot && others.length === 0) return slot;
  const name = which.token ?? which.serial ?? "of this URI";
  throw slot
    ? new KeyFault(
        "not_found",
        `${slots.length} tokens of the PKCS #11 module fit the URI: name the one with token= or serial=.`,
      )
    : new KeyFault(
        "unreachable",
        `The PKCS #11 module has no token ${name}: look whether the HSM is there, and how its tokens are called (\`pkcs11-tool -L\`).`,
      );
}

/** A handle is a CK_ULONG as this machine lays it out. */
function slotNumber(slot: Handle): number {
  return slot.length === 8 ? Number(slot.readBigUInt64LE()) : slot.readUInt32LE();
}

function inWords(error: unknown): unknown {
  if (error instanceof KeyFault) return error;
  const word = wordOf(error);
  if (lost.has(word))
    return new KeyFault(
      "unreachable",
      `The HSM does not answer (${word}). It is tried again with the next signature.`,
      error,
    );
  return new KeyFault(
    "unusable",
    `The HSM refused (${word}): look at the key's attributes and at its log.`,
    error,
  );
}
