/** Works on one run under its lease: asks its function how it goes on, keeps each result, lets go when nothing is to be done now. */
import type pg from "pg";
import type { FunctionPlan } from "./config.ts";
import type { Log } from "./log.ts";
import { type Answer, call, discover, type Handler } from "./protocol.ts";
import { change, type Event, end, look, type Run, release, type Step, type StepChange } from "./store.ts";
import { failure, judge } from "./verdict.ts";

export type Shop = {
  pool: pg.Pool;
  handler: Handler;
  signingKey: string;
  version: string;
  log: Log;
  /** Milliseconds of pause after so many failures in a row. */
  backoff: (failures: number) => number;
};

type Job = { shop: Shop; plan: FunctionPlan; run: Run };
type View = { news: boolean; steps: Step[] };

/** A run that ends its process, or makes it stand still, so many times without any progress will not do better. */
const mostLostLeases = 20;

/** The run is somebody else's by now, and so is whatever is found out about it. */
class LeaseLost extends Error {}

/** Works until the run ends or waits. Never throws. */
export async function work(shop: Shop, plan: FunctionPlan, run: Run): Promise<void> {
  const job = { shop, plan, run };
  const about = { run: run.id, function: run.functionId };
  try {
    if (run.lostLeases > mostLostLeases) {
      await finish(job, "failed", failure("the process ended each time this was worked on"));
    } else {
      await proceed(job);
    }
  } catch (err) {
    if (err instanceof LeaseLost) {
      shop.log.warn(about, "a run was taken over by another worker; what this one found is discarded");
    } else if (cannotBeStored(err)) {
      await finish(job, "failed", failure("a result cannot be stored as JSON")).catch(() => {});
    } else {
      shop.log.error({ ...about, err }, "a run could not be worked on; it is taken up again");
      const retry = { after: shop.backoff(1) };
      // Without a database nothing can be released: then the lease runs out by itself.
      await release(shop.pool, run, { attempt: run.attempt, retry }).catch(() => {});
    }
  }
}

async function proceed(job: Job): Promise<void> {
  const { shop, run } = job;
  let view = await lookAt(job);
  if (run.version !== null && run.version !== shop.version && !(await knowsSteps(job, view)))
    return refuse(job);
  let attempt = run.attempt;
  for (let ask = true; ; ) {
    const open = view.steps.filter((step) => step.status !== "done");
    const ready = open.filter((step) => step.ready);
    if (ready.length > 0) {
      if ((await runPlanned(job, view, ready)) === "over") return;
      ask = true;
    } else if (ask || view.news) {
      const planOnly = open.some((step) => step.status === "planned");
      const verdict = judge(await askFor(job, view, { stepId: discover, attempt, planOnly }), run.event, {
        allowed: job.plan.maxAttempts,
        failed: attempt,
      });
      if (verdict.kind === "end") return finish(job, verdict.status, verdict.outcome);
      if (verdict.kind === "unknown step") return refuse(job);
      if (verdict.kind === "retry") {
        const retry = verdict.due ?? { after: shop.backoff(attempt + 1) };
        return held(await release(shop.pool, run, { attempt: attempt + 1, retry }));
      }
      attempt = 0;
      await keep(job, verdict.changes);
      ask = verdict.memoised;
      if (verdict.memoised && open.length === 0) {
        // A chain of steps: nothing is open that could have changed, so there is nothing to look at in between.
        view = { news: true, steps: [...view.steps, ...verdict.changes.map(memoised)] };
        continue;
      }
    } else {
      return held(await release(shop.pool, run, { attempt }));
    }
    view = await lookAt(job);
  }
}

/** Runs planned steps at the same time, each by a call of its own. */
async function runPlanned(job: Job, view: View, ready: readonly Step[]): Promise<"over" | "go on"> {
  const { shop, plan, run } = job;
  const changes: StepChange[] = [];
  const verdicts = await Promise.all(
    ready.map(async (step) => {
      const answer = await askFor(job, view, { stepId: step.id, attempt: step.attempt, planOnly: false });
      return judge(answer, run.event, { allowed: plan.maxAttempts, failed: step.attempt });
    }),
  );
  for (const [i, verdict] of verdicts.entries()) {
    const step = ready[i] as Step;
    if (verdict.kind === "changes") changes.push(...verdict.changes);
    if (verdict.kind === "retry") {
      const { id, name, attempt } = step;
      const due = verdict.due ?? { after: shop.backoff(attempt + 1) };
      changes.push({ id, name, status: "planned", attempt: attempt + 1, due });
    }
  }
  if (changes.length > 0) await keep(job, changes);
  for (const verdict of verdicts) {
    if (verdict.kind === "end") {
      await finish(job, verdict.status, verdict.outcome);
      return "over";
    }
    if (verdict.kind === "unknown step") {
      await refuse(job);
      return "over";
    }
  }
  return "go on";
}

/** Whether this version's function still comes by every step that an other version memoised. Runs no step. */
async function knowsSteps(job: Job, view: View): Promise<boolean> {
  const answer = await askFor(job, view, { stepId: discover, attempt: 0, planOnly: true });
  const { seen } = answer;
  return seen === null || view.steps.every((step) => step.status !== "done" || seen.has(step.id));
}

async function askFor(
  { shop, plan, run }: Job,
  view: View,
  what: { stepId: string; attempt: number; planOnly: boolean },
): Promise<Answer> {
  const steps = view.steps.flatMap(({ id, result }) => (result ? [{ id, result }] : []));
  return call(shop.handler, shop.signingKey, {
    ...what,
    // The SDK knows the last try by its number: a build that allows fewer must not step over it.
    attempt: Math.min(what.attempt, plan.maxAttempts - 1),
    functionId: run.functionId,
    runId: run.id,
    event: run.event,
    maxAttempts: plan.maxAttempts,
    steps,
  });
}

async function finish({ shop, run }: Job, status: "done" | "failed", outcome: unknown): Promise<void> {
  // A function that answers failures and fails itself is not answered again.
  const tells = status === "failed" && run.event.name !== failedEvent;
  const tell = tells ? failureOf(run, outcome) : null;
  held(await end(shop.pool, run, { status, outcome, version: shop.version, tell }));
  if (status === "failed") {
    shop.log.error({ run: run.id, function: run.functionId, error: outcome }, "a run has failed for good");
  }
}

const failedEvent = "inngest/function.failed";

function failureOf(run: Run, error: unknown): Event {
  const data = { function_id: run.functionId, run_id: run.id, error, event: run.event };
  return { id: `failed ${run.id}`, name: failedEvent, data, ts: Date.now() };
}

async function refuse({ shop, run }: Job): Promise<void> {
  held(await release(shop.pool, run, { attempt: run.attempt, refused: shop.version }));
  shop.log.warn(
    { run: run.id, function: run.functionId },
    "a run has steps that this build does not know; it is left to a build that does",
  );
}

async function keep({ shop, run }: Job, changes: readonly StepChange[]): Promise<void> {
  held(await change(shop.pool, run, changes, { version: shop.version, attempt: 0 }));
}

async function lookAt({ shop, run }: Job): Promise<View> {
  const view = await look(shop.pool, run);
  if (!view) throw new LeaseLost();
  return view;
}

function held(still: boolean): void {
  if (!still) throw new LeaseLost();
}

function memoised({ id, name, result }: StepChange): Step {
  return { id, name, status: "done", attempt: 0, ready: false, result: result ?? null };
}

/** PostgreSQL's class 22, as for U+0000 in a text. */
function cannotBeStored(err: unknown): boolean {
  const { code } = err as { code?: unknown };
  return typeof code === "string" && code.startsWith("22");
}
