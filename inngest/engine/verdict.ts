/** What an answer of a function means for its run. */
import { type Due, due } from "./due.ts";
import { matchValue } from "./expression.ts";
import type { Answer, Op } from "./protocol.ts";
import type { Event, StepChange } from "./store.ts";

export type Verdict =
  | { kind: "end"; status: "done" | "failed"; outcome: unknown }
  | { kind: "retry"; due: Due | null }
  | { kind: "changes"; changes: StepChange[]; memoised: boolean }
  | { kind: "unknown step" };

export type Failure = { name: string; message: string };

export const failure = (message: string): Failure => ({ name: "Error", message });

/** `tries`: how many were allowed in all, and how many failed before this one. */
export function judge(answer: Answer, event: Event, tries: { allowed: number; failed: number }): Verdict {
  const last = tries.failed + 1 >= tries.allowed;
  switch (answer.kind) {
    case "returned":
      return { kind: "end", status: "done", outcome: answer.data };
    case "step unknown":
      return { kind: "unknown step" };
    case "threw":
      if (answer.final || last) return { kind: "end", status: "failed", outcome: answer.error };
      return { kind: "retry", due: answer.retry };
    case "ops":
      return judgeOps(answer.ops, answer.retry, event);
  }
}

function judgeOps(ops: readonly Op[], retry: Due | null, event: Event): Verdict {
  if (ops.length === 0) return failed("the function waits for something that is no step");
  if (ops.some((op) => op.op === "StepError")) return { kind: "retry", due: retry };
  const changes: StepChange[] = [];
  for (const op of ops) {
    const change = changeOf(op, event);
    if (!change)
      return failed(`the embedded engine does not know ${op.op}, asked for by step "${nameOf(op)}"`);
    changes.push(change);
  }
  return { kind: "changes", changes, memoised: changes.every((change) => change.status === "done") };
}

const failed = (message: string): Verdict => ({ kind: "end", status: "failed", outcome: failure(message) });

const nameOf = (op: Op) => op.displayName ?? op.name ?? op.id;

function changeOf(op: Op, event: Event): StepChange | null {
  const step = { id: op.id, name: nameOf(op) };
  switch (op.op) {
    case "StepRun":
      return { ...step, status: "done", result: { type: "data", data: op.data ?? null } };
    case "StepFailed":
      return {
        ...step,
        status: "done",
        result: { type: "error", error: op.error ?? failure("the step failed") },
      };
    case "StepPlanned":
      return { ...step, status: "planned", due: { after: 0 } };
    case "Sleep":
      return { ...step, status: "sleeping", due: due(op.name ?? "") };
    case "WaitForEvent": {
      const expression = op.opts?.if ?? null;
      const until = due(op.opts?.timeout ?? "");
      const match = matchValue(expression, event);
      return {
        ...step,
        status: "waiting",
        due: until,
        waitsFor: op.name ?? "",
        expression,
        matchValue: match,
      };
    }
    default:
      return null;
  }
}
