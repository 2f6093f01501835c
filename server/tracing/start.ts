/** Traces to an OpenTelemetry collector (OTLP over HTTP). Loaded only where one is named. */
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from "@opentelemetry/sdk-trace-base";
import { PrismaInstrumentation } from "@prisma/instrumentation";
import { attributesTold, nameTold } from "./told.ts";

/** Its end sends what is still here. The library heeds OTEL_EXPORTER_OTLP_HEADERS and its other usual settings itself. */
export function startTracing({ endpoint }: { endpoint: string }): () => Promise<void> {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, "")}/v1/traces` });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": "client-certificate-portal" }),
    spanProcessors: [new BatchSpanProcessor(discreet(exporter))],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  const prisma = new PrismaInstrumentation();
  prisma.setTracerProvider(provider);
  prisma.enable();
  return () => provider.shutdown();
}

/** What goes out is what told.ts lets go: no address, no message of an error, nothing that a library hangs on. */
function discreet(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(toldOf), done),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

function toldOf(span: ReadableSpan): ReadableSpan {
  const { name, attributes, status } = span;
  return Object.create(span, {
    name: { value: nameTold(name, attributes) },
    attributes: { value: attributesTold(attributes) },
    status: { value: { code: status.code } },
    events: { value: [] },
    links: { value: [] },
  }) as ReadableSpan;
}
