import { describe, expect, it } from "vitest";
import { nextAfter, readConfigs } from "@/inngest/engine/config.ts";
import { due, retryAfter } from "@/inngest/engine/due.ts";
import { holds, keyOf, matchValue } from "@/inngest/engine/expression.ts";
import { judge } from "@/inngest/engine/verdict.ts";

describe("a moment as the SDK writes it", () => {
  it.each([
    ["1s", { after: 1000 }],
    ["1h30m5s", { after: 5_405_000 }],
    ["4w2d", { after: 2_592_000_000 }],
    ["", { after: 0 }],
    ["2026-12-31T00:00:00.000Z", { at: "2026-12-31T00:00:00.000Z" }],
    ["2026-12-31T09:00:00+09:00", { at: "2026-12-31T00:00:00.000Z" }],
  ])("%s is read", (text, expected) => {
    expect(due(text)).toEqual(expected);
  });

  it("that is neither a duration nor an instant is refused", () => {
    expect(() => due("soon")).toThrow('"soon"');
  });

  it.each([
    [null, null],
    ["30", { after: 30_000 }],
    ["2026-12-31T00:00:00.000Z", { at: "2026-12-31T00:00:00.000Z" }],
  ])("retry-after: %s is read", (header, expected) => {
    expect(retryAfter(header)).toEqual(expected);
  });
});

describe("an expression", () => {
  const event = { data: { order: "o1", n: 1, nothing: null } };
  it.each([
    ['event.data.order == "o1"', true],
    ['event.data.order == "o2"', false],
    ["event.data.n == 1", true],
    ["event.data.n >= 1 && event.data.nothing == null", true],
    ["event.data.missing == 1", false],
    ["event.data.order", false],
    ["event.data.order == async.data.order", true],
    [null, true],
  ])("%s holds: %s", (expression, expected) => {
    expect(holds(expression, { event, async: { data: { order: "o1" } } })).toBe(expected);
  });

  it("gives an idempotency key, or none where a field is missing", () => {
    expect(keyOf("event.data.order", { event })).toBe("o1");
    expect(keyOf('event.data.order + "-" + string(event.data.n)', { event })).toBe("o1-1");
    expect(keyOf("event.data.missing", { event })).toBeNull();
    expect(keyOf(null, { event })).toBeNull();
  });

  it("gives nothing that is too long for an index", () => {
    const long = { data: { order: "o".repeat(10_000) } };
    expect(keyOf("event.data.order", { event: long })).toMatch(/^[0-9a-f]{64}$/);
    expect(matchValue("event.data.order == async.data.order", long)).toBeNull();
  });

  it.each([
    ["event.data.order == async.data.order", "o1"],
    ["async.data.order == event.data.order", "o1"],
    ["async.data.order == event.data.other", null],
    ["event.data.order == async.data.order || true", null],
    ["event.data.n == async.data.n", null],
    [null, null],
  ])("%s can be looked up by %s", (expression, expected) => {
    expect(matchValue(expression, event)).toBe(expected);
  });
});

describe("a schedule", () => {
  it.each([
    ["TZ=Asia/Tokyo 30 3 * * *", "2026-11-22T18:30:00.000Z"],
    ["30 3 * * *", "2026-11-23T03:30:00.000Z"],
    ["17 */2 * * *", "2026-11-22T12:17:00.000Z"],
  ])("%s is due next at %s", (schedule, expected) => {
    expect(nextAfter(schedule, new Date("2026-11-22T12:00:00Z"))?.toISOString()).toBe(expected);
  });
});

describe("a function's configuration", () => {
  const config = { id: "f", triggers: [{ event: "a" }], steps: { step: {} } };

  it("that says nothing of retries has four attempts", () => {
    expect(readConfigs([config])[0]?.maxAttempts).toBe(4);
  });

  it("is refused with everything that is wrong with it", () => {
    const wrong = [
      { ...config, debounce: { period: "1s" }, idempotency: "event." },
      { ...config, id: "g", triggers: [{ cron: "every day" }, { cron: "* * * * *", jitter: "5m" }] },
      { ...config, id: "h", cancel: [{ event: "b", timeout: "1h" }] },
    ];
    expect(() => readConfigs(wrong)).toThrow(
      /f: debounce; f: not CEL: event\.; g: jitter of a cron trigger; g: not a schedule: every day; h: timeout of cancelOn/,
    );
  });
});

describe("an answer", () => {
  const event = { id: "e", name: "go", data: { order: "o1" }, ts: 0 };
  const tries = { allowed: 3, failed: 0 };

  it("that throws is a retry until the last try, and a failure then", () => {
    const threw = { seen: null, kind: "threw", error: { message: "no" }, final: false, retry: null } as const;
    expect(judge(threw, event, tries)).toMatchObject({ kind: "retry" });
    expect(judge(threw, event, { allowed: 3, failed: 2 })).toMatchObject({ kind: "end", status: "failed" });
    expect(judge({ ...threw, final: true }, event, tries)).toMatchObject({ kind: "end", status: "failed" });
  });

  it("without any step is not waited for in vain", () => {
    const empty = { seen: null, kind: "ops", ops: [], retry: null } as const;
    expect(judge({ ...empty, ops: [] }, event, tries)).toMatchObject({ kind: "end", status: "failed" });
  });

  it("with a step that is not known names it", () => {
    const ops = [{ id: "1", op: "InvokeFunction", displayName: "ask the other" }];
    expect(judge({ seen: null, kind: "ops", ops, retry: null }, event, tries)).toMatchObject({
      outcome: {
        message: 'the embedded engine does not know InvokeFunction, asked for by step "ask the other"',
      },
    });
  });
});
