/** What the world fetches at /pki: certificates and lists, with what caches need. */
import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { log } from "@/server/log.ts";
import { days, issuerCertificate, type Office, openOffice } from "./office.ts";
import { openssl, put } from "./openssl.ts";

let office: Office;
vi.mock("@/server/wiring.ts", () => ({ localCa: () => office.ca }));
const { GET } = await import("@/app/pki/[file]/route.ts");

beforeAll(async () => {
  office = await openOffice();
});

function get(file: string, headers: Record<string, string> = {}): Promise<Response> {
  const request = new Request(`http://ca.example.ac.jp/pki/${file}`, { headers });
  return GET(request);
}

describe.each(["root", "client", "smime"])("of the issuer %s", (id) => {
  test("the certificate is served in DER", async () => {
    const response = await get(`${id}.cer`);
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("application/pkix-cert");
    const body = Buffer.from(await response.arrayBuffer());
    expect(body).toEqual(Buffer.from(await issuerCertificate(office.db, id)));
    expect(new X509Certificate(body).ca).toBe(true);
    expect(response.headers.get("Content-Length")).toBe(String(body.length));
  });

  test("the list is served in DER, also when nobody has published one yet", async () => {
    const response = await get(`${id}.crl`);
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("application/pkix-crl");
    const path = put(new Uint8Array(await response.arrayBuffer()));
    expect(openssl("crl", "-inform", "DER", "-in", path, "-noout", "-issuer")).toMatchObject({ ok: true });
  });
});

describe("a reader that asks again", () => {
  test.each(["client.cer", "client.crl"])("is told that %s has not changed", async (file) => {
    const first = await get(file);
    const etag = first.headers.get("ETag") ?? "";
    const modified = first.headers.get("Last-Modified") ?? "";
    expect(first.headers.get("Cache-Control")).toMatch(/^public, max-age=\d+, stale-if-error=\d+$/);
    const again = await get(file, { "If-None-Match": `"other", W/${etag}` });
    expect([again.status, await again.text(), again.headers.get("ETag")]).toEqual([304, "", etag]);
    expect((await get(file, { "If-Modified-Since": modified })).status).toBe(304);
    expect((await get(file, { "If-None-Match": '"other"', "If-Modified-Since": modified })).status).toBe(200);
    const earlier = new Date(Date.parse(modified) - 1000).toUTCString();
    expect((await get(file, { "If-Modified-Since": earlier })).status).toBe(200);
  });

  test("gets the new list once something was revoked", async () => {
    const order = await office.collected();
    const etag = (await get("client.crl")).headers.get("ETag") ?? "";
    await office.ca.revoke({ enrollmentId: "e", orderIds: [order.id], reason: "unspecified" });
    expect((await get("client.crl", { "If-None-Match": etag })).status).toBe(200);
  });
});

test.each([
  "nobody.crl",
  "client.key",
  "client",
  "client.crl.bak",
  "CLIENT.CRL",
  "..%2Fclient.crl",
  "constructor.cer",
])("%s is not there, said in both languages", async (file) => {
  const response = await get(file);
  expect(response.status).toBe(404);
  expect(response.headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
  expect(await response.text()).toBe("そのようなファイルはありません。\nThere is no such file.\n");
});

test("a list that cannot be renewed is served while it is valid, and not a moment longer", async () => {
  await get("smime.crl");
  const said = vi.spyOn(log, "error").mockReturnValue();
  const broken = vi.spyOn(office.db, "$transaction").mockRejectedValue(new Error("no connection"));
  office.pass(days(6));
  expect((await get("smime.crl")).status).toBe(200);
  office.pass(days(1));
  const late = await get("smime.crl");
  expect(late.status).toBe(503);
  expect(await late.text()).toContain("no current revocation list");
  expect(said).toHaveBeenCalledTimes(2);
  broken.mockRestore();
  said.mockRestore();
  expect((await get("smime.crl")).status).toBe(200);
});
