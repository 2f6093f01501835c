/** Where a webhook may be, by tables: what an institution's people type must not make the portal talk to what is beside it. */
import { describe, expect, test } from "vitest";
import { addressesOf, faultOfAddress, mayCall } from "@/server/webhooks/address.ts";
import { after, pauses } from "@/server/webhooks/deliver.ts";

const abroad = { home: false, privateToo: false };
const home = { home: true, privateToo: false };
const inside = { home: false, privateToo: true };

describe("an address", () => {
  test.each([
    ["https://hooks.example.ac.jp/portal?of=1", null],
    ["https://8.8.8.8/", null],
    ["https://[2001:4860:4860::8888]:8443/x", null],
    ["hooks.example.ac.jp", "malformed"],
    ["https://hooks.example.ac.jp/#here", "malformed"],
    ["http://hooks.example.ac.jp/", "not_https"],
    ["ftp://hooks.example.ac.jp/", "not_https"],
    ["file:///etc/passwd", "not_https"],
    ["https://user:password@hooks.example.ac.jp/", "with_password"],
    ["https://localhost/", "not_public"],
    ["https://a.localhost/", "not_public"],
    ["https://127.0.0.1/", "not_public"],
    ["https://2130706433/", "not_public"],
    ["https://0x7f.1/", "not_public"],
    ["https://0.0.0.0/", "not_public"],
    ["https://10.0.0.1/", "not_public"],
    ["https://172.31.255.255/", "not_public"],
    ["https://192.168.1.1/", "not_public"],
    ["https://100.64.0.1/", "not_public"],
    ["https://169.254.169.254/latest/meta-data/", "not_public"],
    ["https://224.0.0.1/", "not_public"],
    ["https://255.255.255.255/", "not_public"],
    ["https://[::]/", "not_public"],
    ["https://[::1]/", "not_public"],
    ["https://[::ffff:127.0.0.1]/", "not_public"],
    ["https://[::ffff:a9fe:a9fe]/", "not_public"],
    ["https://[64:ff9b::7f00:1]/", "not_public"],
    ["https://[2002:7f00:1::]/", "not_public"],
    ["https://[fe80::1]/", "not_public"],
    ["https://[fd00::1]/", "not_public"],
  ])("%s: %s", (url, fault) => {
    expect(faultOfAddress(url, abroad)).toBe(fault);
  });

  test("of this machine is one where the portal is at home, without TLS too; beside it nothing is", () => {
    for (const url of ["http://localhost:4000/x", "http://127.0.0.1/", "http://[::1]/", "https://localhost/"])
      expect([url, faultOfAddress(url, home)]).toEqual([url, null]);
    expect(faultOfAddress("http://192.168.1.1/", home)).toBe("not_https");
    expect(faultOfAddress("https://192.168.1.1/", home)).toBe("not_public");
  });

  test("of one's own network is one where that is set; the link's and the machine's own are not even then", () => {
    for (const ip of ["10.0.0.1", "192.168.1.1", "fd00::1", "100.64.0.1"])
      expect(mayCall(ip, inside)).toBe(true);
    for (const ip of ["127.0.0.1", "::1", "169.254.169.254", "fe80::1", "0.0.0.0"])
      expect([ip, mayCall(ip, inside)]).toEqual([ip, false]);
  });
});

test("a name that leads to this machine is not called, whatever it is called", async () => {
  await expect(addressesOf("localhost", abroad)).rejects.toMatchObject({ code: "NOT_PUBLIC" });
  expect((await addressesOf("localhost", home)).length).toBeGreaterThan(0);
});

describe("after an attempt", () => {
  const now = new Date("2026-11-29T00:00:00Z");
  test.each([
    [200, 1, "sent"],
    [204, 8, "sent"],
    [302, 1, "waiting"],
    [500, 7, "waiting"],
    ["timeout", 7, "waiting"],
    [500, 8, "failed"],
    [410, 1, "failed"],
  ] as const)("that met %s, the %s., it is %s", (answer, attempts, status) => {
    expect(after(answer, attempts, now).status).toBe(status);
  });

  test("the eighth comes a day after the first", () => {
    const hours = pauses.reduce((sum, ms) => sum + ms, 0) / 3_600_000;
    expect(pauses).toHaveLength(7);
    expect(hours).toBeGreaterThan(23);
    expect(hours).toBeLessThan(25);
  });
});
