/** Resend, as a stand-in on this machine sees it. */
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PostError } from "@/server/mail/port.ts";
import { resendPost } from "@/server/mail/resend.ts";
import { letterTo } from "./letter.ts";

let server: Server;
let answer: { status: number; body: unknown };
let seen: { url: string | undefined; headers: IncomingHttpHeaders; body: Record<string, unknown> }[];

beforeEach(async () => {
  seen = [];
  answer = { status: 200, body: { id: "49a3999c" } };
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    seen.push({
      url: request.url,
      headers: request.headers,
      body: JSON.parse(Buffer.concat(chunks).toString()),
    });
    response.writeHead(answer.status, { "Content-Type": "application/json" });
    response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

function post() {
  const { port } = server.address() as AddressInfo;
  return resendPost({ apiKey: "re_key", baseUrl: `http://127.0.0.1:${port}` });
}

test("a letter goes out with its key as Idempotency-Key, its Message-ID and both versions", async () => {
  const letter = letterTo();
  expect(await post().send(letter)).toEqual({ id: "49a3999c" });
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({
    url: "/emails",
    headers: { "idempotency-key": "acceptance:order1", authorization: "Bearer re_key" },
    body: {
      from: letter.from,
      to: "hanako@a.example.ac.jp",
      subject: letter.subject,
      html: letter.html,
      text: letter.text,
      headers: { ...letter.headers, "Message-ID": letter.messageId },
    },
  });
});

test.each([
  [400, "validation_error", true],
  [422, "invalid_parameter", true],
  [401, "missing_api_key", false],
  [403, "invalid_api_key", false],
  [409, "concurrent_idempotent_requests", false],
  [429, "rate_limit_exceeded", false],
  [500, "internal_server_error", false],
])(
  "an answer %i %s is final: %s; its reason quotes nothing of the letter",
  async (status, name, permanent) => {
    answer = { status, body: { statusCode: status, name, message: "about hanako@a.example.ac.jp" } };
    const fault = await post()
      .send(letterTo())
      .catch((error) => error);
    expect(fault).toBeInstanceOf(PostError);
    expect(fault).toMatchObject({ permanent, reason: `resend ${status} ${name}` });
    expect(`${fault.message}${fault.stack}`).not.toContain("hanako");
  },
);

test("a key that Resend has accepted before, with other words, counts as sent", async () => {
  answer = { status: 409, body: { statusCode: 409, name: "invalid_idempotent_request", message: "" } };
  expect(await post().send(letterTo())).toEqual({ id: "" });
});

test("an answer that is no JSON, and no answer at all, may pass", async () => {
  answer = { status: 502, body: "<html>Bad gateway</html>" };
  await expect(post().send(letterTo())).rejects.toMatchObject({ permanent: false });
  const nobody = resendPost({ apiKey: "re_key", baseUrl: "http://127.0.0.1:9" });
  await expect(nobody.send(letterTo())).rejects.toMatchObject({
    permanent: false,
    reason: "resend unreachable application_error",
  });
});

test("a letter with an unsafe header never reaches Resend", async () => {
  const unsafe = letterTo({ to: "hanako@example.ac.jp\nBcc: taro@example.ac.jp" });
  await expect(post().send(unsafe)).rejects.toMatchObject({ permanent: true });
  expect(seen).toEqual([]);
});
