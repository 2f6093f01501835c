/** Who watches the portal, and whom it tells. */
import { z } from "zod";
import { say, text, url } from "./words.ts";

export const watching = {
  METRICS_TOKEN: text(
    "METRICS_TOKEN",
    "set it to at least 16 characters, which Prometheus sends as a Bearer token, or leave it out for no /api/metrics",
    (value) => value.length >= 16,
  ).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "set it to the http(s) URL of an OpenTelemetry collector (OTLP over HTTP), to which /v1/traces is added",
    ["https:", "http:"],
  ).optional(),
  WEBHOOK_PRIVATE_ADDRESSES: z
    .enum(["true", "false"], { error: say("WEBHOOK_PRIVATE_ADDRESSES", "set it to true or false") })
    .default("false")
    .transform((value) => value === "true"),
};
