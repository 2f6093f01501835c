"use client";

import { useState } from "react";
import { type Refusal, type Rewrapped, type RewrapStage, rewrap } from "@/components/keys/rewrap.ts";
import { saveFile } from "@/components/keys/save-file.ts";

/** What is wrong, by the key of its sentence; `field`: where it is put right. */
export type RewrapProblem = {
  what: Refusal | "fileMissing" | "passwordMissing";
  field: "file" | "password" | null;
  about: string;
};

export type RewrapState =
  | { at: "start" }
  | { at: "working"; stage: RewrapStage }
  | { at: "problem"; problem: RewrapProblem }
  | { at: "end"; before: string; outcome: Exclude<Rewrapped, { result: "refused" }> };

export type RewrapWish = { file: File | undefined; typed: string; encryption: "modern" | "compatible" };

/** From what the form holds to the new file, saved under its name. */
export function useRewrap() {
  const [state, setState] = useState<RewrapState>({ at: "start" });

  function problem(what: RewrapProblem["what"], about = "") {
    setState({ at: "problem", problem: { what, field: fieldOf(what), about } });
  }

  async function start({ file, typed, encryption }: RewrapWish) {
    if (!file) return problem("fileMissing");
    if (!typed.trim()) return problem("passwordMissing");
    const outcome = await rewrap({ file, typed, encryption }, (stage) => setState({ at: "working", stage }));
    if (outcome.result === "refused") return problem(outcome.because, outcome.about);
    if (outcome.result === "made") save(outcome);
    setState({ at: "end", before: file.name, outcome });
  }

  return { state, start };
}

function fieldOf(what: RewrapProblem["what"]): RewrapProblem["field"] {
  if (what === "failed") return null;
  return what.startsWith("password") ? "password" : "file";
}

/** Under its name, like any download. */
export function save({ file, name }: { file: Uint8Array<ArrayBuffer>; name: string }): void {
  saveFile(file, name, "application/x-pkcs12");
}
