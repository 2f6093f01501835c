import { NextRequest } from "next/server.js";
import { expect, test } from "vitest";
import proxy from "@/proxy.ts";

const answer = (path: string, headers: Record<string, string> = {}) =>
  proxy(new NextRequest(`http://localhost:3000${path}`, { headers }));

test.each([
  ["a Japanese browser", { "accept-language": "ja,en;q=0.8" }, "/ja"],
  ["an English browser", { "accept-language": "en-US,en;q=0.9" }, "/en"],
  ["a browser of another language", { "accept-language": "fr" }, "/ja"],
  ["a reader who chose English", { "accept-language": "ja", cookie: "NEXT_LOCALE=en" }, "/en"],
])("%s is led to its language", (_name, headers, path) => {
  expect(new URL(answer("/", headers).headers.get("location") ?? "").pathname).toBe(path);
});

test("every page gets a policy with a nonce of its own, and no script without it", () => {
  const policies = [answer("/ja"), answer("/ja")].map(({ headers }) =>
    headers.get("content-security-policy"),
  );
  expect(policies[0]).toMatch(/script-src 'self' 'nonce-[\w+/=]{24}' 'strict-dynamic';/);
  expect(policies[0]).not.toBe(policies[1]);
});

test("the login form may be redirected to an institution", () => {
  expect(answer("/ja/login").headers.get("content-security-policy")).toMatch(/form-action 'self' https:/);
});

test("only the page that lists institutions shows images of other sites", () => {
  const images = (path: string) =>
    /img-src ([^;]+);/.exec(answer(path).headers.get("content-security-policy") ?? "")?.[1];
  expect(images("/ja/login")).toBe("'self' data: https:");
  for (const path of ["/ja", "/en/login/error", "/ja/certs", "/ja/login/other"])
    expect(images(path)).toBe("'self' data:");
});

test("a page of the issuing site tells its address to nobody", () => {
  const { headers } = answer(`/en/issue/${"a".repeat(64)}/download`);
  expect(headers.get("referrer-policy")).toBe("same-origin");
  expect(headers.get("x-robots-tag")).toContain("noindex");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(answer("/en/guide").headers.get("x-robots-tag")).toBeNull();
});

test("the page for what is not found says so in its status", () => {
  expect(answer("/en/not-found").status).toBe(404);
  expect(answer("/en/guide").status).toBe(200);
});

test.each([
  ["/ja/login/error", 400],
  ["/ja/login/error?code=expired&ref=ABCD2345", 400],
  ["/en/login/error?code=idp_refused&ref=ABCD2345", 403],
  ["/en/login/error?code=nonsense", 400],
  ["/ja/login/attributes?code=no_identifier&ref=ABCD2345", 403],
  ["/ja/login/attributes", 200],
  ["/ja/login?code=idp_refused", 200],
])(
  "%s, where a login that failed may end, answers %i: never 200 for a failure, never 500",
  (path, status) => {
    const response = answer(path);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-security-policy")).toMatch(/'nonce-[\w+/=]{24}'/);
  },
);

test("a form on the page of a login that failed, to change the language, is answered as it is", () => {
  const request = new NextRequest("http://localhost:3000/ja/login/error?code=expired", { method: "POST" });
  expect(proxy(request).status).toBe(200);
});

test("a path that was cut off inside an escape leads to the page that says so", () => {
  const location = (path: string) => new URL(answer(path).headers.get("location") ?? "").pathname;
  expect(location("/en/issue/%E0%A4%A")).toBe("/en/not-found");
  expect(location("/%E0%A4%A")).toBe("/ja/not-found");
});
