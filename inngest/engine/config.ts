/** What the functions ask for, read from what the SDK registers. What the engine cannot give is refused here, by name. */
import { Cron } from "croner";
import { compile } from "./expression.ts";

export type FunctionPlan = {
  id: string;
  events: { name: string; expression: string | null }[];
  crons: string[];
  /** The first try and the retries. */
  maxAttempts: number;
  idempotency: string | null;
  cancel: { event: string; expression: string | null }[];
};

/** At least one function asks for what only a whole Inngest server does. Starting again does not help. */
export class RefusedFunctions extends Error {
  constructor(reasons: readonly string[]) {
    super(`the embedded engine cannot run these functions: ${reasons.join("; ")}`);
    this.name = "RefusedFunctions";
  }
}

const notOurs = [
  "batchEvents",
  "rateLimit",
  "throttle",
  "debounce",
  "priority",
  "timeouts",
  "singleton",
  "concurrency",
] as const;

/** The SDK's own default (a first try and three more). */
const defaultRetries = 3;

type Trigger = { event?: string; expression?: string; cron?: string; jitter?: string };
type Config = {
  id: string;
  triggers: Trigger[];
  steps: Record<string, { retries?: { attempts?: number } }>;
  idempotency?: string;
  cancel?: { event: string; if?: string; timeout?: string }[];
} & { [name in (typeof notOurs)[number]]?: unknown };

/** `functions` of the SDK's register call. Throws RefusedFunctions with all there is to say. */
export function readConfigs(configs: readonly Config[]): FunctionPlan[] {
  const reasons: string[] = [];
  const plans = configs.map((config) => {
    const refuse = (reason: string) => reasons.push(`${config.id}: ${reason}`);
    for (const name of notOurs) if (config[name] != null) refuse(name);
    for (const trigger of config.triggers) if (trigger.jitter) refuse("jitter of a cron trigger");
    for (const cancel of config.cancel ?? []) if (cancel.timeout) refuse("timeout of cancelOn");
    const plan = planOf(config);
    const expressions = [...plan.events, ...plan.cancel].map((item) => item.expression);
    for (const expression of [...expressions, plan.idempotency]) {
      if (expression)
        attempt(
          () => compile(expression),
          () => refuse(`not CEL: ${expression}`),
        );
    }
    for (const cron of plan.crons)
      attempt(
        () => nextAfter(cron, new Date()),
        () => refuse(`not a schedule: ${cron}`),
      );
    return plan;
  });
  if (reasons.length > 0) throw new RefusedFunctions(reasons);
  return plans;
}

function planOf(config: Config): FunctionPlan {
  return {
    id: config.id,
    events: config.triggers.flatMap(({ event, expression }) =>
      event ? [{ name: event, expression: expression ?? null }] : [],
    ),
    crons: config.triggers.flatMap(({ cron }) => (cron ? [cron] : [])),
    maxAttempts: 1 + (Object.values(config.steps)[0]?.retries?.attempts ?? defaultRetries),
    idempotency: config.idempotency ?? null,
    cancel: (config.cancel ?? []).map((item) => ({ event: item.event, expression: item.if ?? null })),
  };
}

function attempt(deed: () => unknown, otherwise: () => unknown) {
  try {
    deed();
  } catch {
    otherwise();
  }
}

/** The next time of a schedule like `TZ=Asia/Tokyo 0 3 * * *`, in UTC when it names no zone; null when there is none. */
export function nextAfter(schedule: string, after: Date): Date | null {
  const [, timezone = "UTC", pattern] = /^(?:TZ=(\S+)\s+)?(.*)$/.exec(schedule) ?? [];
  return new Cron(pattern ?? schedule, { timezone }).nextRun(after);
}
