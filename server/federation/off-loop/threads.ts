/**
 * A few threads that answer one question at a time each. They start when they are first needed and hold no process open; one that
 * dies, or takes longer than it may, is ended and another takes its place.
 */
import type { Worker } from "node:worker_threads";

export type Limits = {
  /** Threads at once. */
  threads: number;
  /** Questions that may wait for one. */
  waiting: number;
  /** Milliseconds for an answer. */
  time: number;
};

/** Why there is no answer. */
export class NoAnswer extends Error {
  readonly reason: "too_slow" | "too_busy" | "died";

  constructor(reason: NoAnswer["reason"], cause?: unknown) {
    super(reason, { cause });
    this.name = "NoAnswer";
    this.reason = reason;
  }
}

type Job<Q, A> = { question: Q; answer: (answer: A) => void; fail: (cause: NoAnswer) => void };

export class Threads<Q, A> {
  readonly #make: () => Worker;
  readonly #limits: Limits;
  readonly #waiting: Job<Q, A>[] = [];
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();

  constructor(make: () => Worker, limits: Limits) {
    this.#make = make;
    this.#limits = limits;
  }

  /** Rejects with a NoAnswer when there is none. */
  ask(question: Q): Promise<A> {
    return new Promise((answer, fail) => {
      const job = { question, answer, fail };
      const worker = this.#idle.pop() ?? (this.#all.size < this.#limits.threads ? this.#start() : undefined);
      if (worker) this.#give(worker, job);
      else if (this.#waiting.length < this.#limits.waiting) this.#waiting.push(job);
      else fail(new NoAnswer("too_busy"));
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  #start(): Worker {
    const worker = this.#make();
    this.#all.add(worker);
    worker.unref();
    worker.on("error", () => {});
    worker.on("exit", () => {
      this.#all.delete(worker);
      const at = this.#idle.indexOf(worker);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    return worker;
  }

  #give(worker: Worker, { question, answer, fail }: Job<Q, A>) {
    // Who waits for an answer is not to see the process end before it.
    worker.ref();
    const done = () => {
      clearTimeout(timer);
      worker.off("message", hear).off("error", die).off("exit", end);
      worker.unref();
    };
    const hear = (said: A) => {
      done();
      answer(said);
      const next = this.#waiting.shift();
      if (next) this.#give(worker, next);
      else this.#idle.push(worker);
    };
    const lose = (reason: NoAnswer["reason"], cause?: unknown) => {
      done();
      this.#all.delete(worker);
      void worker.terminate();
      fail(new NoAnswer(reason, cause));
      const next = this.#waiting.shift();
      if (next) this.#give(this.#start(), next);
    };
    const die = (cause: unknown) => lose("died", cause);
    const end = (code: number) => lose("died", new Error(`a thread ended with ${code}`));
    const timer = setTimeout(() => lose("too_slow"), this.#limits.time);
    worker.on("message", hear).on("error", die).on("exit", end);
    worker.postMessage(question);
  }
}
