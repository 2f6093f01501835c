import { Worker } from "node:worker_threads";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { NoAnswer, Threads } from "@/server/federation/off-loop/threads.ts";
import { validateOffLoop } from "@/server/federation/off-loop/validate.ts";
import { LoginRefusal } from "@/server/federation/refusal.ts";
import { validateResponse } from "@/server/federation/validation/validate.ts";
import { build, expectation, form, type Keys, makeKeys } from "@/tests/support/saml.ts";
import { replace } from "./changes.ts";

let keys: Keys;

beforeAll(async () => {
  keys = await makeKeys();
});

describe("a response looked at by another thread", () => {
  test("says the same as one looked at here", async () => {
    const field = form(build(keys, { sign: "both", encrypt: { certificate: keys.sp.certificate } }));
    expect(await validateOffLoop(field, expectation(keys))).toEqual(
      validateResponse(field, expectation(keys)),
    );
  });

  test("is refused for the same reason, with what was expected and found", async () => {
    const field = form(build(keys, { after: replace("hanako@", "admin@") }));
    const refusal = await validateOffLoop(field, expectation(keys)).catch((cause) => cause);
    expect(refusal).toBeInstanceOf(LoginRefusal);
    expect(refusal).toMatchObject({
      code: "signature_invalid",
      findings: { actual: "its digest is of another text" },
    });
  });
});

/** Answers `n` with `n` and the thread's number; `stuck` never, `dies` by dying. */
const program = `
  const { parentPort, threadId } = require("node:worker_threads");
  parentPort.on("message", (said) => {
    if (said === "dies") throw new Error("dead");
    if (said === "stuck") for (;;);
    parentPort.postMessage({ said, threadId });
  });`;

type Said = { said: string; threadId: number };

describe("threads", () => {
  const open: Threads<string, Said>[] = [];
  const threads = (limits: { threads?: number; waiting?: number; time?: number } = {}) => {
    const made = new Threads<string, Said>(() => new Worker(program, { eval: true }), {
      threads: 2,
      waiting: 10,
      time: 30_000,
      ...limits,
    });
    open.push(made);
    return made;
  };
  const reasonOf = (asked: Promise<unknown>) =>
    asked.then(
      () => "answered",
      (cause: unknown) => (cause instanceof NoAnswer ? cause.reason : String(cause)),
    );

  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });

  test("are as many as allowed, and each answers what it was asked", async () => {
    const pool = threads();
    const questions = ["a", "b", "c", "d", "e", "f"];
    const answers = await Promise.all(questions.map((question) => pool.ask(question)));
    expect(answers.map(({ said }) => said)).toEqual(questions);
    const numbers = new Set(answers.map(({ threadId }) => threadId));
    expect(numbers.size).toBe(2);
    expect(numbers).not.toContain(0);
  });

  test("that are stuck are ended, and the rest are answered meanwhile and afterwards", async () => {
    const pool = threads({ time: 1500 });
    await Promise.all([pool.ask("x"), pool.ask("y")]);
    const stuck = reasonOf(pool.ask("stuck"));
    const beside = await pool.ask("a");
    expect(beside.said).toBe("a");
    expect(await stuck).toBe("too_slow");
    const both = await Promise.all([pool.ask("b"), pool.ask("c")]);
    expect(both.map(({ said }) => said)).toEqual(["b", "c"]);
  });

  test("that are all stuck make way for those who wait", async () => {
    const pool = threads({ threads: 1, time: 1500 });
    const stuck = reasonOf(pool.ask("stuck"));
    expect((await pool.ask("after")).said).toBe("after");
    expect(await stuck).toBe("too_slow");
  });

  test("that die are replaced; who asked learns that there is no answer", async () => {
    const pool = threads({ threads: 1 });
    const [dead, next] = [reasonOf(pool.ask("dies")), pool.ask("next")];
    expect(await dead).toBe("died");
    expect((await next).said).toBe("next");
  });

  test("refuse at once when too many wait", async () => {
    const pool = threads({ threads: 1, waiting: 1 });
    const [first, second, third] = [pool.ask("a"), pool.ask("b"), reasonOf(pool.ask("c"))];
    expect(await third).toBe("too_busy");
    expect([(await first).said, (await second).said]).toEqual(["a", "b"]);
  });
});
