import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { routeOf } from "@/server/metrics/route-of.ts";
import { root } from "@/tests/support/sources.ts";

test.each([
  ["/", "/"],
  ["/ja", "/[locale]"],
  ["/en/certs/12/sent?renewed=1", "/[locale]/certs"],
  ["/ja/issue/a-ticket-that-must-not-be-told/download", "/[locale]/issue"],
  ["/ja/admin", "/[locale]/admin"],
  ["/ja/admin/people/cm123", "/[locale]/admin/people"],
  ["/api/trpc/enrollment.list?input=%7B%7D", "/api/trpc"],
  ["/pki/client.crl", "/pki"],
  ["/_next/static/chunks/a.js", "/_next"],
  ["/wp-login.php", "other"],
  ["/fr/certs", "other"],
  ["/ja/wp-admin", "other"],
  ["/ja/admin/wp", "other"],
  ["/api/wp", "other"],
  ["http://elsewhere/", "other"],
])("%s is counted as %s", (path, route) => {
  expect(routeOf(path)).toBe(route);
});

test("every page and route of the portal has a name of its own", () => {
  const files = readdirSync(join(root, "app"), { recursive: true, encoding: "utf8" });
  const paths = files
    .filter((file) => /(^|\/)(page\.tsx|route\.ts)$/.test(file) && !file.includes("[...rest]"))
    .map((file) => `/${file}`.replace(/\/(page\.tsx|route\.ts)$/, "").replaceAll(/\/\([a-z]+\)/g, ""));
  expect(paths.length).toBeGreaterThan(50);
  const lost = paths.filter((path) => routeOf(path.replace("/[locale]", "/ja")) === "other");
  expect(lost).toEqual([]);
});
