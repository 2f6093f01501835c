import { describe, expect, test } from "vitest";
import { POST } from "@/app/api/trpc/[trpc]/route.ts";
import { bounded } from "@/server/body.ts";

/** A body without end and without Content-Length, as a chunked request has it. */
function endless() {
  const told = { octets: 0 };
  const body = new ReadableStream({
    pull(controller) {
      told.octets += 1024;
      controller.enqueue(new Uint8Array(1024).fill(0x61));
    },
  });
  return { told, body };
}

const url = "http://localhost:3000/api/trpc/issuing.enterPin";

describe("a body that is longer than it may be", () => {
  test("is not read to its end", async () => {
    const { told, body } = endless();
    expect(
      await bounded(new Request(url, { method: "POST", body, duplex: "half" } as RequestInit), 16 * 1024),
    ).toBeNull();
    expect(told.octets).toBeLessThan(64 * 1024);
  });

  test("is refused by the procedures also when nothing says how long it is", async () => {
    const { told, body } = endless();
    const headers = { "content-type": "application/json" };
    const asked = new Request(url, { method: "POST", headers, body, duplex: "half" } as RequestInit);
    expect((await POST(asked)).status).toBe(413);
    expect(told.octets).toBeLessThan(64 * 1024);
  });
});

test("one request asks for one procedure", async () => {
  const asked = new Request("http://localhost:3000/api/trpc/session.support,session.support?batch=1");
  expect((await POST(asked)).status).toBe(400);
});

test("a body that is short enough arrives as it was sent", async () => {
  const asked = await bounded(new Request(url, { method: "POST", body: "学認" }), 16);
  expect(await asked?.text()).toBe("学認");
});

test("a request without a body passes", async () => {
  expect(await bounded(new Request(url), 16)).not.toBeNull();
});
