/** Spans around what the portal does (OpenTelemetry). Where no traces are wanted they cost nothing and go nowhere. */
import { SpanStatusCode, trace } from "@opentelemetry/api";

/**
 * @param name what is done, in words of the code: never whose, for traces hold no personal data
 * @param went whether what it returned is a success; what is thrown is none
 */
export function traced<T>(
  name: string,
  work: () => Promise<T>,
  went: (answer: T) => boolean = () => true,
): Promise<T> {
  return trace.getTracer("portal").startActiveSpan(name, async (span) => {
    try {
      const answer = await work();
      if (!went(answer)) span.setStatus({ code: SpanStatusCode.ERROR });
      return answer;
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

type Deeds<T> = { [K in keyof T]: T[K] extends (...given: never[]) => Promise<unknown> ? K : never }[keyof T];

/** The same object, each of whose named deeds is a span: `ca.collect`. */
export function withSpans<T extends object>(
  target: T,
  room: string,
  deeds: readonly (Deeds<T> & string)[],
): T {
  for (const deed of deeds) {
    const plain = target[deed] as (...given: unknown[]) => Promise<unknown>;
    const spanned = (...given: unknown[]) => traced(`${room}.${deed}`, () => plain.apply(target, given));
    Object.defineProperty(target, deed, { value: spanned, configurable: true, writable: true });
  }
  return target;
}
