import "@/tests/support/quiet.ts";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Worker } from "node:worker_threads";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "@/server/db.ts";
import { providerInForce } from "@/server/federation/metadata/providers.ts";
import { providerIdOf } from "@/server/federation/metadata/read-providers.ts";
import { federationReady, refreshFederation, refreshWhenDue } from "@/server/federation/metadata/refresh.ts";
import { type KeyPair, makeKeyPair, pemOf } from "@/server/federation/service/keys.ts";
import type { Federation, RealSource } from "@/server/federation/world.ts";
import { examine } from "@/server/health.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";
import {
  aggregateOf,
  entityIdOf,
  type MetadataSource,
  metadataSource,
} from "@/tests/support/metadata-source.ts";

const hour = 60 * 60 * 1000;
const day = 24 * hour;

let db: Database;
let url: string;
let source: MetadataSource;
let signer: KeyPair;
let next: KeyPair;
let clock = new Date();

beforeAll(async () => {
  url = await testDatabaseUrl();
  db = openDatabase(url);
  source = await metadataSource();
  [signer, next] = await Promise.all([makeKeyPair("federation", clock), makeKeyPair("its next key", clock)]);
});
afterAll(async () => {
  await db.$disconnect();
  await source.close();
});

/** Institutions a and b are in force, read a moment ago. */
beforeEach(async () => {
  clock = new Date("2026-04-01T03:00:00Z");
  for (const table of [db.identityProvider, db.federationState, db.federationRefresh] as {
    deleteMany: () => Promise<unknown>;
  }[])
    await table.deleteMany();
  give(["a", "b"], { etag: '"1"', "last-modified": "Wed, 01 Apr 2026 00:00:00 GMT" });
  await refreshFederation(world());
  source.requests.length = 0;
});

const world = (changed: Partial<RealSource> = {}, database = db) =>
  ({
    db: database,
    now: () => clock,
    baseUrl: "http://localhost:3000",
    source: {
      demo: false,
      url: `${source.url}/all.xml`,
      certificates: pemOf(signer.certificate, "CERTIFICATE"),
      ...changed,
    },
  }) as Federation;

type Copy = { by?: KeyPair; until?: Date; publishedAt?: Date };

const copyOf = (
  names: readonly string[],
  { by = signer, until = new Date(clock.getTime() + 7 * day), publishedAt }: Copy = {},
) =>
  aggregateOf(
    names.map((name) => ({ name, certificate: signer.certificate })),
    { signer: by, validUntil: until, ...(publishedAt && { publishedAt }) },
  );

/** From now on the source gives this, or says that nothing has changed. */
function give(names: readonly string[], headers: Record<string, string> = {}, copy: Copy = {}) {
  const text = copyOf(names, copy);
  source.answer = (request, response) => {
    const same = headers.etag && request.headers["if-none-match"] === headers.etag;
    response.writeHead(same ? 304 : 200, headers).end(same ? undefined : text);
  };
}

const later = (milliseconds: number) => {
  clock = new Date(clock.getTime() + milliseconds);
};
const state = () => db.federationState.findFirstOrThrow();
const lastLook = () => db.federationRefresh.findFirstOrThrow({ orderBy: { id: "desc" } });
const inForce = async () =>
  (
    await db.identityProvider.findMany({ where: { validUntil: { gt: clock } }, orderBy: { entityId: "asc" } })
  ).map(({ entityId }) => entityId);
const both = ["a", "b"].map(entityIdOf);

describe("a look at the metadata", () => {
  test("that are other ones puts them in force, and says what came and went", async () => {
    give(["b", "c"]);
    later(3 * hour);
    expect(await refreshFederation(world())).toMatchObject({ outcome: "loaded", providers: 2 });
    expect(await inForce()).toEqual(["b", "c"].map(entityIdOf));
    expect(await lastLook()).toMatchObject({
      at: clock,
      source: `${source.url}/all.xml`,
      outcome: "loaded",
      providers: 2,
      appeared: [entityIdOf("c")],
      vanished: [entityIdOf("a")],
    });
    expect(await providerInForce(db, providerIdOf(entityIdOf("a")), clock)).toBeNull();
  });

  test("asks whether they are others, and leaves everything as it is when they are not", async () => {
    later(3 * hour);
    const before = await state();
    expect(await refreshFederation(world())).toMatchObject({ outcome: "unchanged", providers: 2 });
    const [request] = source.requests;
    expect(request?.headers["if-none-match"]).toBe('"1"');
    expect(request?.headers["if-modified-since"]).toBe("Wed, 01 Apr 2026 00:00:00 GMT");
    expect(await state()).toEqual({ ...before, triedAt: clock });
    expect(await lastLook()).toMatchObject({ outcome: "unchanged", appeared: [], vanished: [] });
    expect(await inForce()).toEqual(both);
  });

  test("does not ask so once they are over: then nothing but new ones will do", async () => {
    later(8 * day);
    await expect(refreshFederation(world({ silence: 2000 }))).rejects.toThrow("expired");
    expect(source.requests[0]?.headers["if-none-match"]).toBeUndefined();
  });

  test("is not told so by a source that gave nothing to ask by", async () => {
    give(["a", "b"], {}, { until: new Date(clock.getTime() + 8 * day) });
    await refreshFederation(world());
    source.answer = (_, response) => response.writeHead(304).end();
    await expect(refreshFederation(world())).rejects.toThrow("unreachable");
  });

  test("writes nothing anew for the same copy under another name", async () => {
    const text = copyOf(["a", "b"]);
    source.answer = (_, response) => response.writeHead(200, { etag: '"2"' }).end(text);
    await refreshFederation(world());
    await db.identityProvider.update({ where: { entityId: entityIdOf("a") }, data: { nameJa: "witness" } });
    source.answer = (_, response) => response.writeHead(200, { etag: '"3"' }).end(text);
    expect((await refreshFederation(world())).outcome).toBe("unchanged");
    expect(await db.identityProvider.count({ where: { nameJa: "witness" } })).toBe(1);
    expect((await state()).etag).toBe('"3"');
  });

  test("follows where the source points to, a few times", async () => {
    const text = copyOf(["c"], { until: new Date(clock.getTime() + 8 * day) });
    source.answer = (request, response) => {
      const step = Number(/step=(\d)/.exec(request.url ?? "")?.[1] ?? 0);
      if (step < 3) response.writeHead(302, { location: `/all.xml?step=${step + 1}` }).end();
      else response.end(text);
    };
    await refreshFederation(world());
    expect(await inForce()).toEqual([entityIdOf("c")]);
  });
});

/** What the source may do, and what it is called. */
const failures: [string, string, RegExp, (response: ServerResponse) => void, Partial<RealSource>?][] = [
  ["answers 500", "unreachable", /answered 500/, (response) => response.writeHead(500).end()],
  ["answers 404", "unreachable", /404/, (response) => response.writeHead(404).end()],
  ["says nothing", "unreachable", /silent for 200 ms/, () => {}, { silence: 200 }],
  [
    "falls silent in the middle",
    "unreachable",
    /silent for 200 ms/,
    (response) => response.write(copyOf(["c"]).slice(0, 900)),
    { silence: 200 },
  ],
  [
    "breaks off in the middle",
    "unreachable",
    /could not be read/,
    (response) => {
      response.write(copyOf(["c"]).slice(0, 900));
      setImmediate(() => response.destroy());
    },
  ],
  [
    "gives half of it as the whole",
    "malformed",
    /unclosed/,
    (response) => response.end(copyOf(["c"]).slice(0, -100)),
  ],
  [
    "gives a page",
    "not_metadata",
    /html/,
    (response) => response.end("<html><body>Maintenance</body></html>"),
  ],
  ["gives nothing", "malformed", /root element/, (response) => response.end()],
  [
    "gives more than anything real, piece by piece",
    "too_large",
    /octets/,
    (response) => {
      const piece = Buffer.alloc(1024 * 1024, " ");
      const more = () => {
        while (!response.destroyed && response.write(piece));
      };
      response.on("drain", more);
      more();
    },
    { largest: 3_000_000 },
  ],
  [
    "points to itself for ever",
    "unreachable",
    /more than 5 times/,
    (response) => response.writeHead(302, { location: "/all.xml" }).end(),
  ],
  [
    "points to a file",
    "unreachable",
    /file: address/,
    (response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(),
  ],
  [
    "gives what another has signed",
    "signature_invalid",
    /none of 1/,
    (response) => response.end(copyOf(["c"], { by: next })),
  ],
  [
    "gives what is over",
    "expired",
    /validUntil/,
    (response) => response.end(copyOf(["c"], { until: new Date(clock.getTime() - 1) })),
  ],
  [
    "gives what has no institution",
    "no_provider",
    /no identity provider/,
    (response) => response.end(copyOf([])),
  ],
  [
    "gives an older copy, which is still genuine",
    "older",
    /while what is in force/,
    (response) => response.end(copyOf(["c"], { until: new Date(clock.getTime() + 5 * day) })),
  ],
  [
    "says that nothing has changed, unasked",
    "unreachable",
    /304/,
    (response) => response.writeHead(304).end(),
    { url: "other" },
  ],
];

describe("what a database cannot hold", () => {
  test.each([
    ["half a character, where a scope is cut", { name: `${"x".repeat(511)}😀` }],
    ["an end before all calendars", { name: "x", attributes: ' validUntil="0000-01-01T00:00:00Z"' }],
    [
      "an end before all calendars, by its zone",
      { name: "x", attributes: ' validUntil="0001-01-01T00:00:00+14:00"' },
    ],
    [
      "a name longer than any index takes",
      {
        name: Array.from({ length: 950 }, (_, n) =>
          String.fromCodePoint(0x4e00 + ((n * 7919) % 20_000)),
        ).join(""),
      },
    ],
  ])("keeps no other institution out: %s", async (_, institution) => {
    const text = aggregateOf(
      [institution, { name: "c" }].map((one) => ({ certificate: signer.certificate, ...one })),
      { signer, validUntil: new Date(clock.getTime() + 7 * day) },
    );
    source.answer = (_request, response) => response.end(text);
    later(2 * hour + 1);
    await refreshFederation(world());
    expect(await inForce()).toContain(entityIdOf("c"));
  });
});

describe("what is in force stays when the source", () => {
  test.each(failures)(
    "%s: %s",
    async (_, code, found, answer, changed) => {
      source.answer = (_, response) => answer(response);
      const used = changed?.url ? { ...changed, url: `${source.url}/${changed.url}` } : changed;
      later(3 * hour);
      const { digest, validUntil, loadedAt } = await state();
      await expect(refreshFederation(world(used))).rejects.toThrow(`${code}: `);
      expect(await inForce()).toEqual(both);
      expect(await state()).toMatchObject({ digest, validUntil, loadedAt, triedAt: clock });
      expect((await state()).failure).toMatch(new RegExp(`^${code}: `));
      const look = await lastLook();
      expect(look).toMatchObject({ at: clock, outcome: code, providers: null });
      expect(look.detail).toMatch(found);
    },
    60_000,
  );

  test("has gone", async () => {
    const gone = await metadataSource();
    await gone.close();
    await expect(refreshFederation(world({ url: `${gone.url}/all.xml` }))).rejects.toThrow("unreachable");
    expect(await inForce()).toEqual(both);
  });

  test("gives it to a thread that is killed while it reads", async () => {
    const text = copyOf(["c"], { until: new Date(clock.getTime() + 8 * day) });
    const begun = once(process, "worker") as Promise<[Worker]>;
    const asked = new Promise<void>((done) => {
      source.answer = (_, response) => {
        response.write(text.slice(0, 900));
        done();
      };
    });
    const refreshed = refreshFederation(world());
    const refused = expect(refreshed).rejects.toThrow("interrupted: the thread that reads them ended");
    const [worker] = await begun;
    await asked;
    await worker.terminate();
    await refused;
    expect(await inForce()).toEqual(both);
    expect((await lastLook()).outcome).toBe("interrupted");
    give(["c"], {}, { until: new Date(clock.getTime() + 8 * day) });
    await refreshFederation(world());
    expect(await inForce()).toEqual([entityIdOf("c")]);
  });

  test("gives what the database cannot take", async () => {
    give(["c"]);
    later(3 * hour);
    await db.$executeRaw`ALTER TABLE "IdentityProvider" ADD CONSTRAINT "full" CHECK ("nameJa" NOT LIKE '%c%') NOT VALID`;
    try {
      await expect(refreshFederation(world())).rejects.toThrow("could not be written");
    } finally {
      await db.$executeRaw`ALTER TABLE "IdentityProvider" DROP CONSTRAINT "full"`;
    }
    expect(await inForce()).toEqual(both);
    expect(await lastLook()).toMatchObject({ at: clock, outcome: "interrupted" });
    expect((await state()).failure).toMatch(/^interrupted/);
  });

  test("fails for so long that what is in force is over: then nobody logs in, and the health check says so", async () => {
    source.answer = (_, response) => response.writeHead(500).end();
    const health = async () =>
      (await examine({ db, now: clock, openCa: null, hosted: true, since: new Date(0) })).parts.federation;
    later(6 * day);
    expect(await federationReady(world())).toBe(true);
    expect(await health()).toBe("ok");
    later(2 * day);
    expect(await federationReady(world())).toBe(false);
    expect(await providerInForce(db, providerIdOf(entityIdOf("a")), clock)).toBeNull();
    expect(await health()).toBe("metadata refused");
  });
});

describe("the moment at which a copy was made", () => {
  const made = (hours: number) => new Date(clock.getTime() + hours * hour);

  test("counts where the federation says it, even when an end comes sooner", async () => {
    give(["a"], {}, { publishedAt: made(0) });
    await refreshFederation(world());
    later(hour);
    give(["b"], {}, { publishedAt: made(0), until: made(24) });
    await refreshFederation(world());
    expect(await inForce()).toEqual([entityIdOf("b")]);
    give(["a"], {}, { publishedAt: made(-1) });
    await expect(refreshFederation(world())).rejects.toThrow("older");
    expect(await inForce()).toEqual([entityIdOf("b")]);
  });

  test("and that was still to come keeps no later copy out: some clock was wrong", async () => {
    give(["a"], {}, { publishedAt: made(24 * 365) });
    await refreshFederation(world());
    later(2 * hour);
    give(["b"], {}, { publishedAt: made(0) });
    await refreshFederation(world());
    expect(await inForce()).toEqual([entityIdOf("b")]);
  });
});

describe("the federation changes its key", () => {
  const certificates = (...keys: KeyPair[]) =>
    keys.map(({ certificate }) => pemOf(certificate, "CERTIFICATE")).join("");

  test("and both are believed while both are set", async () => {
    later(3 * hour);
    give(["c"], {}, { by: next });
    await refreshFederation(world({ certificates: certificates(signer, next) }));
    expect(await inForce()).toEqual([entityIdOf("c")]);
  });

  test("and what the old one signed is not believed once it is set no more, unchanged or not", async () => {
    expect(await federationReady(world())).toBe(true);
    // Its answer to a conditional request would leave the old one's copy in force.
    expect(await federationReady(world({ certificates: certificates(next) }), { anew: true })).toBe(false);
    expect(source.requests.at(-1)?.headers["if-none-match"]).toBeUndefined();
    give(["c"], {}, { by: next });
    expect(await federationReady(world({ certificates: certificates(next) }), { anew: true })).toBe(true);
    expect(await inForce()).toEqual([entityIdOf("c")]);
  });

  test("and says so when its certificate cannot be read", async () => {
    await expect(refreshFederation(world({ certificates: "/no/such/file.pem" }))).rejects.toThrow(
      "no_signer",
    );
    expect(await inForce()).toEqual(both);
  });
});

describe("the source is asked", () => {
  test("at most every two hours, whoever comes by", async () => {
    for (let minutes = 0; minutes <= 120; minutes += 10) {
      await refreshWhenDue(world());
      await federationReady(world());
      later(10 * 60_000);
    }
    expect(source.requests).toHaveLength(0);
    await refreshWhenDue(world());
    expect(source.requests).toHaveLength(1);
    await refreshWhenDue(world());
    expect(source.requests).toHaveLength(1);
  });

  test("again half an hour after it failed", async () => {
    source.answer = (_, response) => response.writeHead(500).end();
    later(3 * hour);
    await refreshWhenDue(world());
    later(29 * 60_000);
    await refreshWhenDue(world());
    expect(source.requests).toHaveLength(1);
    later(2 * 60_000);
    await refreshWhenDue(world());
    expect(source.requests).toHaveLength(2);
  });

  test("once by several processes that need it at the same moment", async () => {
    await db.federationState.deleteMany();
    const others = [1, 2, 3].map(() => openDatabase(url));
    try {
      // Each has its own pool and remembers nothing of the others, as processes do.
      const ready = await Promise.all(
        others.map((other) => {
          delete (globalThis as { portalFederation?: unknown }).portalFederation;
          return federationReady(world({}, other));
        }),
      );
      expect(ready).toEqual([true, true, true]);
      expect(source.requests).toHaveLength(1);
      expect(await inForce()).toEqual(both);
    } finally {
      await Promise.all(others.map((other) => other.$disconnect()));
    }
  });

  test("while others read the old rows or the new ones, never a part", async () => {
    const names = Array.from({ length: 300 }, (_, n) => `u${n}`);
    give(names);
    const seen = new Set<number>();
    let over = false;
    const watching = (async () => {
      while (!over) seen.add(await db.identityProvider.count());
    })();
    await refreshFederation(world());
    over = true;
    await watching;
    seen.add(await db.identityProvider.count());
    expect([...seen].sort((one, other) => one - other)).toEqual([2, 300]);
  });
});
