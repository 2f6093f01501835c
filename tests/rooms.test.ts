/** Who may go where. A file belongs to the room with the longest matching path; it may import its own room and those listed. */
import { describe, expect, test } from "vitest";
import { importsOf, sourcesBelow, textOf } from "./support/sources.ts";

/** Pure words of a room, without a database behind them: everybody may speak them. */
const spoken = [
  "server/audit/deeds",
  "server/enrollment/kind",
  "server/enrollment/lifecycle",
  "server/enrollment/views",
  "server/enrollment/history",
  "server/webhooks/events",
  "server/ca/local/typed-pin",
  "server/ca/local/views",
  "server/federation/discovery/asked-for",
];
const words = ["words", "server/assurance", "server/errors", "server/ports", "server/roles"];
const foundations = [
  ...words,
  "server/address",
  "server/body",
  "server/db",
  "server/env",
  "server/log",
  "server/generated",
];

/** room → rooms it may import; `type:` stands for their types only. */
const rooms: Record<string, string[]> = {
  // Pages know the portal by its one door, by the words of the heart, and by no other way.
  app: ["components", "messages", "server/api", "server/i18n", ...words],
  "app/[locale]/issue": [
    "app",
    "components",
    "server/api",
    "server/body",
    "server/i18n",
    "type:server/ca/local",
    ...words,
  ],
  "app/[locale]/admin/institutions": [
    "app",
    "components",
    "server/api",
    "server/body",
    "server/i18n",
    ...words,
  ],
  "app/[locale]/admin/applications": [
    "app",
    "components",
    "server/api",
    "server/body",
    "server/i18n",
    ...words,
  ],
  "app/[locale]/admin/audit": ["app", "components", "server/api", "server/body", "server/i18n", ...words],
  "app/[locale]/admin/given": ["app", "components", "server/api", "server/body", "server/i18n", ...words],
  "app/[locale]/admin/offboardings": ["app", "components", "server/api", "server/i18n", ...words],
  "app/[locale]/admin/invitations": ["app", "components", "server/api", "server/i18n", ...words],
  "app/[locale]/admin/upki": ["app", "components", "server/api", "server/body", "server/i18n", ...words],
  "app/[locale]/login": ["app", "components", "server/api", "server/federation", "server/i18n", ...words],
  "app/[locale]/logout": ["app", "server/api", "server/federation", "server/i18n", ...words],
  // Each of these is the door of one room.
  "app/api/auth": ["server/federation", "server/log", "server/env"],
  "app/api/saml": ["server/federation", "server/log", "server/env", "server/errors", "server/i18n"],
  "app/api/trpc": ["server/api", "server/body"],
  "app/api/inngest": ["inngest/client", "inngest/functions", "server/body", "server/env", "server/log"],
  "app/api/audit": ["server/audit", "server/db"],
  "app/api/health": [],
  "app/api/ready": ["inngest/client", "server/health", "server/db", "server/log", "server/wiring"],
  "app/api/metrics": ["server/metrics", "server/db", "server/env", "server/log"],
  "app/api/v1": ["server/admin", "server/env", "server/wiring"],
  "app/api/upki": ["server/ca", "server/log", "server/wiring"],
  "app/login": ["server/federation"],
  "app/logout": ["server/federation"],
  "app/pki": ["server/wiring"],
  "app/ocsp": ["server/wiring"],
  "app/demo-idp": ["server/federation", "server/env", "server/i18n", "messages"],
  "app/outbox": ["app", "components", "server/mail", "server/env", "server/i18n"],

  "components/ui": [],
  // Keys and their files, made and opened in the browser.
  "components/keys": ["components", "server/pki", "server/pki/name", "type:server/api", ...words],
  components: ["components/ui", "components/keys", "server/i18n", "type:server/api", ...words],

  words: [
    "server/assurance",
    "server/errors",
    "server/ports",
    "type:server/audit",
    "type:server/db",
    "type:server/generated",
    "type:server/enrollment",
    "type:server/ca",
    "type:server/pki",
  ],
  // The heart: no framework, no other room.
  "server/enrollment": [
    "inngest/events",
    "server/audit",
    "type:server/db",
    "server/generated",
    "server/pki/name",
    ...words,
  ],
  // Knows whom and what by their ids only, so that every room may write into it.
  "server/audit": ["server/secrets", ...foundations],
  // What happens is told to institutions' programs: to whom, and what, is data.
  "server/webhooks": ["server/secrets", ...foundations],
  // Knows nothing of us.
  "server/pki": ["server/pki/name"],
  "server/pki/name": ["server/pki"],

  "server/api": [
    "server/admin",
    "server/audit",
    "server/wiring",
    "server/enrollment",
    "server/federation",
    "server/ca",
    "server/i18n",
    "server/mail/preview",
    "server/metrics",
    "server/tracing",
    ...foundations,
  ],
  // What operators see and do: the only reads that are not limited to a member.
  "server/admin": [
    "server/audit",
    "server/enrollment",
    "server/federation",
    "server/pki/name",
    "server/secrets",
    "server/webhooks",
    ...foundations,
  ],
  "server/ca": [
    "server/audit",
    "server/enrollment",
    "server/pki",
    "server/pki/name",
    "server/secrets",
    ...foundations,
  ],
  // On a machine without packages: what an offline root is made with.
  "server/ca/offline-root": ["server/pki", "server/pki/name"],
  "server/federation": [
    "type:inngest/events",
    "server/audit",
    "server/federation/refusal",
    "server/sealing",
    "server/secrets",
    "server/i18n",
    "messages",
    ...foundations,
  ],
  "server/mail": ["emails", "type:server/audit", "server/enrollment", ...foundations],
  // What mails look like, with nobody's data.
  "server/mail/preview": ["emails"],
  "server/secrets": ["server/errors"],
  // Keys that are kept elsewhere: what clouds are asked, and signing with them.
  "server/kms": [],
  "server/signers": ["server/kms", "server/pki"],
  "server/reseal": ["server/audit", "server/ca", "server/secrets", "type:server/db", "type:server/generated"],
  "server/sealing": ["server/env", "server/kms", "server/secrets"],
  "server/i18n": ["messages"],
  "server/health": ["server/db"],
  "server/outbox": ["inngest/client", "inngest/events", ...foundations],
  "server/wiring": [
    "server",
    "server/ca",
    "server/enrollment",
    "server/federation",
    "server/mail",
    "server/secrets",
    "server/sealing",
    "server/signers",
    "server/outbox",
    "server/tracing",
    "server/webhooks",
    "inngest/events",
    ...foundations,
  ],
  "server/prepare": ["server/env", "server/federation", "server/log", "server/metrics", "server/wiring"],
  // The figures of the process and of the database; which part of the portal a path is of.
  "server/metrics": ["server/db", "server/log"],
  // Spans, and what of them may be told.
  "server/tracing": ["server/metrics"],
  "server/assurance": [],
  "server/roles": [],
  "server/errors": [],
  "server/address": [],
  "server/body": [],
  "server/env": [],
  "server/log": ["server/env"],
  "server/db": ["server/env", "server/generated"],
  "server/ports": ["words", "type:server/audit", "type:server/db", "type:server/enrollment"],
  server: [],

  "inngest/events": [],
  "inngest/acting": ["server/audit"],
  "inngest/client": ["inngest/acting", "inngest/engine", "inngest/events", "server/env", "server/log"],
  "inngest/engine": ["inngest/events", "server/log"],
  // They call deeds and hold no rules of their own.
  "inngest/functions": [
    "inngest/client",
    "inngest/events",
    "server/wiring",
    "server/admin",
    "server/enrollment",
    "server/ca",
    "server/federation",
    "server/mail",
    "server/webhooks",
    ...foundations,
  ],
  "inngest/start": [
    "inngest",
    "inngest/client",
    "inngest/engine",
    "inngest/functions",
    "server/wiring",
    "server/federation",
    ...foundations,
  ],
  inngest: [],

  emails: ["messages"],
  messages: [],
  "proxy.ts": ["server/i18n", "server/federation/refusal"],
  // The codes of a refused login, and nothing else: the proxy is bundled apart.
  "server/federation/refusal": [],
  "instrumentation.ts": [
    "inngest/start",
    "server/prepare",
    "server/sealing",
    "server/env",
    "server/log",
    "server/tracing",
    "server/wiring",
  ],
};

const guarded = [
  "app",
  "components",
  "emails",
  "inngest",
  "messages",
  "server",
  "proxy.ts",
  "instrumentation.ts",
];
const files = sourcesBelow(...guarded);

function roomOf(path: string): string | undefined {
  const plain = path.replace(/\.(tsx?|json|css|d\.ts)$/, "");
  if (plain.startsWith("server/generated")) return "server/generated";
  if (spoken.includes(plain)) return "words";
  const within = (room: string) => plain === room || path === room || plain.startsWith(`${room}/`);
  return Object.keys(rooms)
    .filter(within)
    .sort((a, b) => b.length - a.length)[0];
}

/** Being let into a room lets one into the rooms within it. */
function mayEnter(allowed: string[], room: string, typesOnly: boolean): boolean {
  const open = allowed.flatMap((name) =>
    name.startsWith("type:") ? (typesOnly ? [name.slice(5)] : []) : [name],
  );
  return open.some((name) => room === name || room.startsWith(`${name}/`));
}

describe("a file imports only what its room may", () => {
  test.each(files)("%s", (path) => {
    const own = roomOf(path) as string;
    expect(own, `${path} belongs to no room: add one to the table`).toBeDefined();
    const allowed = rooms[own] ?? [];
    const strayed = importsOf(path)
      .filter(({ ours }) => ours)
      .map(({ target, typesOnly }) => ({ target, typesOnly, room: roomOf(target) ?? "no room" }))
      .filter(({ room, typesOnly }) => room !== own && !mayEnter(allowed, room, typesOnly))
      .map(({ target, room }) => `${target} (${room})`);
    expect(strayed.join("\n")).toBe("");
  });
});

describe("the heart knows no framework", () => {
  test.each(sourcesBelow("server/enrollment", "server/pki", "server/secrets"))("%s", (path) => {
    const packages = importsOf(path).filter(({ target, ours }) => !ours && !target.startsWith("node:"));
    expect(packages.map(({ target }) => target).join("\n")).toBe("");
  });
});

test("what makes keys in the browser needs nothing of Node", () => {
  const reached = new Set<string>();
  const reach = (path: string) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { target, ours, typesOnly } of importsOf(path)) if (ours && !typesOnly) reach(target);
  };
  for (const path of sourcesBelow("components/keys")) reach(path);
  const needing = [...reached].filter(
    (path) =>
      importsOf(path).some(({ target, typesOnly }) => target.startsWith("node:") && !typesOnly) ||
      /\bBuffer\b/.test(textOf(path)),
  );
  expect(needing.join("\n")).toBe("");
});

test("only server/env.ts reads settings from process.env", () => {
  // These three are no settings: Next.js puts them in when it builds.
  const readers = files.filter((path) =>
    /process\.env(?!\.(NODE_ENV|NEXT_RUNTIME|NEXT_PHASE)\b)/.test(textOf(path)),
  );
  expect(readers.join("\n")).toBe("server/env.ts");
});

test("Prisma is reached only below server", () => {
  const outside = files.filter((path) => !path.startsWith("server/"));
  const reaching = outside.filter((path) =>
    importsOf(path).some(
      ({ target }) => target.startsWith("@prisma/") || target.startsWith("server/generated"),
    ),
  );
  expect(reaching.join("\n")).toBe("");
});

test("no file is longer than 300 lines", () => {
  const long = [...files, ...sourcesBelow("bin", "tests/support")].filter(
    (path) => textOf(path).split("\n").length > 301,
  );
  expect(long.join("\n")).toBe("");
});
