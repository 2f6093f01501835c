import { describe, expect, test } from "vitest";
import { mayBeMadeBy, type Step2, wayOf } from "@/components/issue/way.ts";
import type { KeyOrigin } from "@/server/ports.ts";

const shown = { kind: "client", fileName: "client-1.p12", dn: ["CN=x"], until: new Date(0) } as const;
const open = (...keyOrigins: KeyOrigin[]): Step2 => ({ state: "download", ...shown, keyOrigins });
const made = (keyOrigin: KeyOrigin): Step2 => ({
  state: "collected",
  ...shown,
  keyOrigin,
  encryption: keyOrigin === "server" ? "modern" : null,
});

describe("STEP2", () => {
  test.each([
    [["browser", "server", "upload"], "browser"],
    [["upload", "server", "browser"], "browser"],
    [["server", "upload"], "server"],
    [["server"], "server"],
    [["upload"], "upload"],
    // An order of a release that knew of no others.
    [[], "server"],
  ] as const)("where %j are allowed, leads by the way of the %s", (allowed, way) => {
    expect(wayOf(open(...allowed))).toBe(way);
  });

  test.each(["browser", "server", "upload"] as const)("stays with the %s that made the key", (origin) => {
    expect(wayOf(made(origin))).toBe(origin);
    expect(mayBeMadeBy(origin, made(origin))).toBe(false);
  });

  test("offers only what the institution allows", () => {
    expect(mayBeMadeBy("server", open("browser", "server"))).toBe(true);
    expect(mayBeMadeBy("server", open("browser"))).toBe(false);
    expect(mayBeMadeBy("upload", open("browser", "server"))).toBe(false);
  });
});
