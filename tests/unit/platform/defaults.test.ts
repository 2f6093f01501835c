import { describe, expect, test } from "vitest";
import { isForTrying } from "@/bin/defaults.ts";

const untouched = { BASE_URL: "http://localhost:3000" };

describe("the demo federation is on without being asked for", () => {
  test.each([
    ["where nothing is set", untouched, true],
    ["where it listens to this machine only", { ...untouched, HOST: "127.0.0.1" }, true],
    [
      "not where a federation is named",
      { ...untouched, FEDERATION_METADATA_URL: "https://a.example" },
      false,
    ],
    ["not where a query service is named", { ...untouched, FEDERATION_MDQ_URL: "https://a.example" }, false],
    ["not on a database that is kept elsewhere", { ...untouched, DATABASE_URL: "postgresql://db/p" }, false],
    ["not where every machine may reach it", { ...untouched, HOST: "0.0.0.0" }, false],
    ["not where other machines may reach it by its name", { ...untouched, HOST: "portal" }, false],
    ["not under another name", { BASE_URL: "https://portal.example.ac.jp" }, false],
    ["not under a name that only looks like this machine's", { BASE_URL: "http://localhost.example" }, false],
  ])("%s", (_, set, expected) => {
    expect(isForTrying(set)).toBe(expected);
  });
});
