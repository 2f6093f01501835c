"use client";

/** STEP2 as a browser goes it that makes its own key: from the press of ダウンロード to the .p12, and every way back to it. */
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useRef, useState } from "react";
import { enteredPin, rememberPin } from "@/components/keys/entered-pin.ts";
import { type KeptRequests, openKeptRequests } from "@/components/keys/kept-requests.ts";
import {
  type CertificateOutcome,
  type Certify,
  type OwnCertificate,
  obtainCertificate,
  obtainKey,
  packageOf,
  type Stage,
} from "@/components/keys/obtain.ts";
import { type KeyKind, keyKinds, type OwnRequest } from "@/components/keys/own-request.ts";
import { saveFile } from "@/components/keys/save-file.ts";
import { readRequestFile, type SealedRequest, writeRequestFile } from "@/components/keys/sealed-request.ts";
import type { PackageEncryption } from "@/server/ca/local/views.ts";
import type { Code } from "@/server/errors.ts";

/** `closed`: the page says why when it is read again. */
export type PinCheck =
  | { result: "right" }
  | { result: "wrong"; triesLeft: number }
  | { result: "closed" }
  | { result: "failed"; refused: Code; reference?: string };

export type OwnKeyActions = {
  checkPin: (ticket: string, typed: string) => Promise<PinCheck>;
  certify: (ticket: string, request: string) => ReturnType<Certify>;
};

export type Problem =
  | { of: "pin"; triesLeft: number | null }
  | { of: "file"; what: "fileWrong" | "fileOther" | "fileUnopened" }
  | { of: "failed"; refused: Code; reference?: string }
  | {
      of:
        | "unreached"
        | "not_made"
        | "not_packed"
        | "wrong_answer"
        | "not_allowed"
        | "not_issuable"
        | "no_issuer";
    }
  | { of: "unusable" | "closed" | "broken" };

export type Phase =
  /** There is a certificate; whether its key is here is being found out. */
  | { at: "looking" }
  | { at: "ready" }
  | { at: "working"; stage: Stage }
  /** A key is made, nothing is sent, and the browser keeps nothing. */
  | { at: "unkept"; sealed: SealedRequest }
  /** The .p12 was handed out, and can be again, without asking anybody. */
  | { at: "issued" };

/** There is a certificate whose key is not here: none is kept, or the one that is kept is another. */
export type Gone = "no_key" | "other_key";

/** Where a deed ends. */
type Outcome = Phase | { at: "gone"; because: Gone };

export const requestFileName = "certificate-request.json";

type OwnKeyProps = {
  ticket: string;
  /** SHA-256, hexadecimal. */
  ticketHash: string;
  name: string;
  isCertified: boolean;
  actions: OwnKeyActions;
};

export function useOwnKey({ ticket, ticketHash, name, isCertified, actions }: OwnKeyProps) {
  const router = useRouter();
  const [phase, setPhase] = useState<Phase>(isCertified ? { at: "looking" } : { at: "ready" });
  const [gone, setGone] = useState<Gone | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const own = useRef<OwnCertificate | null>(null);
  const isKept = useRef(false);
  const [issued, setIssued] = useState<{ isKept: boolean } | null>(null);
  const made = useRef<{ request: OwnRequest; encryption: PackageEncryption } | null>(null);
  const isBusy = useRef(false);
  const tell = useCallback((stage: Stage) => setPhase({ at: "working", stage }), []);

  useEffect(() => {
    if (!isCertified) return;
    let isWanted = true;
    findKept(ticketHash).then((found) => {
      // Whoever has pressed the button meanwhile is on the way already.
      if (!isWanted || own.current || isBusy.current) return;
      if (!found) setGone((known) => known ?? "no_key");
      setPhase({ at: "ready" });
    });
    return () => {
      isWanted = false;
    };
  }, [isCertified, ticketHash]);

  /** One deed at a time; a second press meanwhile does nothing. Ends where the deed says. */
  async function once(deed: () => Promise<Outcome>): Promise<void> {
    if (isBusy.current) return;
    isBusy.current = true;
    setProblem(null);
    try {
      settle(await deed());
    } catch {
      settle(stop({ of: "broken" }));
    } finally {
      isBusy.current = false;
    }
  }

  function settle(outcome: Outcome): void {
    if (outcome.at === "gone") setGone(outcome.because);
    if (outcome.at === "issued") {
      setGone(null);
      setIssued((known) => known ?? { isKept: isKept.current });
    }
    setPhase(outcome.at === "gone" ? { at: "ready" } : outcome);
  }

  function stop(found: Problem, at: Phase = own.current ? { at: "issued" } : { at: "ready" }): Phase {
    setProblem(found);
    return at;
  }

  /** The PIN, having made sure that it is the right one; or the problem with it. */
  async function pinFrom(form: FormData): Promise<string | Problem> {
    const known = enteredPin(ticket);
    if (known !== null) return known;
    const typed = String(form.get("pin") ?? "").trim();
    if (!typed) return { of: "pin", triesLeft: null };
    tell("pin");
    const answer = await actions.checkPin(ticket, typed).catch(() => null);
    if (answer === null) return { of: "unreached" };
    if (answer.result === "wrong") return { of: "pin", triesLeft: answer.triesLeft };
    if (answer.result === "failed") return { ...answer, of: "failed" };
    if (answer.result === "closed") return { of: "closed" };
    rememberPin(ticket, typed);
    return enteredPin(ticket) ?? "";
  }

  async function download(form: FormData): Promise<Outcome> {
    const encryption = encryptionIn(form);
    const pin = await pinFrom(form);
    if (typeof pin !== "string") return stopped(pin);
    if (own.current) return pack(own.current, pin, encryption);
    const kept = await openKeptRequests();
    await kept?.sweep(Date.now()).catch(() => undefined);
    const wanted = { ticket: ticketHash, pin, kind: kindIn(form), name, isCertified };
    const answer = await obtainKey(kept, wanted, Date.now, tell);
    if (answer.result === "not_made") return stop({ of: "not_made" });
    if (answer.result === "key_gone") return { at: "gone", because: "no_key" };
    if (!answer.unkept) return finish(answer.request, encryption, kept);
    made.current = { request: answer.request, encryption };
    return { at: "unkept", sealed: answer.unkept };
  }

  async function finish(
    request: OwnRequest,
    encryption: PackageEncryption,
    kept: KeptRequests | null,
  ): Promise<Outcome> {
    const pin = enteredPin(ticket) ?? "";
    const ask = () => obtainCertificate(request, (body) => actions.certify(ticket, body), tell);
    let outcome = await ask();
    // The hour in which this browser may ask is over, or its cookie gone; the PIN is still here.
    if (outcome.result === "refused" && outcome.because === "pin_wanted") {
      const check = await actions.checkPin(ticket, pin).catch(() => null);
      if (check?.result === "right") outcome = await ask();
    }
    if (outcome.result === "certificate") {
      own.current = outcome.own;
      isKept.current = kept !== null;
      made.current = null;
      return pack(outcome.own, pin, encryption);
    }
    if (outcome.result === "refused" && outcome.because === "other_key") {
      await kept?.forget(ticketHash).catch(() => undefined);
      return { at: "gone", because: "other_key" };
    }
    return stopped(problemOf(outcome), made.current ? phase : undefined);
  }

  function stopped(found: Problem, at?: Phase): Phase {
    // The page knows why, and leads there.
    if (found.of === "closed") router.refresh();
    return stop(found, at);
  }

  async function pack(made: OwnCertificate, password: string, encryption: PackageEncryption): Promise<Phase> {
    tell("packing");
    try {
      saveFile(await packageOf(made, { password, encryption }), made.fileName, "application/x-pkcs12");
    } catch {
      return stop({ of: "not_packed" });
    }
    return { at: "issued" };
  }

  async function goOnFromFile(form: FormData): Promise<Outcome> {
    const file = form.get("file");
    const brought = file instanceof File && file.size < 65_536 ? readRequestFile(await file.text()) : null;
    if (!brought) return stop({ of: "file", what: "fileWrong" });
    if (brought.ticket !== ticketHash) return stop({ of: "file", what: "fileOther" });
    const pin = await pinFrom(form);
    if (typeof pin !== "string") return stopped(pin);
    const wanted = { ticket: ticketHash, pin, kind: keyKinds[0], name, isCertified: true, brought };
    const answer = await obtainKey(null, wanted, Date.now, tell);
    if (answer.result !== "key") return stop({ of: "file", what: "fileUnopened" });
    return finish(answer.request, encryptionIn(form), null);
  }

  return {
    phase,
    /** The .p12 was handed out by this page. `isKept`: another page of this browser could, too. */
    issued,
    gone,
    problem,
    /** ダウンロード, the first time or again. */
    download: (form: FormData) => once(() => download(form)),
    /** A browser that keeps nothing goes on, with the request as a file or without. */
    goOn: (withFile: boolean) =>
      once(async () => {
        if (!made.current) return { at: "ready" };
        if (withFile && phase.at === "unkept") {
          saveFile(writeRequestFile(phase.sealed), requestFileName, "application/json");
        }
        return finish(made.current.request, made.current.encryption, null);
      }),
    /** The holder has the request as a file. */
    goOnFromFile: (form: FormData) => once(() => goOnFromFile(form)),
  };
}

async function findKept(ticketHash: string): Promise<SealedRequest | null> {
  const kept = await openKeptRequests();
  return (await kept?.find(ticketHash).catch(() => null)) ?? null;
}

function problemOf(outcome: Exclude<CertificateOutcome, { result: "certificate" }>): Problem {
  switch (outcome.result) {
    case "failed":
      return { ...outcome, of: "failed" };
    case "refused":
      switch (outcome.because) {
        case "not_allowed":
        case "not_issuable":
        case "no_issuer":
          return { of: outcome.because };
        default:
          return { of: "closed" };
      }
    default:
      return { of: outcome.result };
  }
}

function encryptionIn(form: FormData): PackageEncryption {
  return form.get("encryption") === "modern" ? "modern" : "compatible";
}

function kindIn(form: FormData): KeyKind {
  return keyKinds.find((kind) => kind === form.get("keyKind")) ?? keyKinds[0];
}
