import "@/tests/support/quiet.ts";
import { inflateRawSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { choose, demoPortal } from "@/tests/support/demo-login.ts";

const entityId = "urn:mace:example.ac.jp:portal";

beforeAll(() => {
  process.env.SAML_ENTITY_ID = entityId;
  return () => delete process.env.SAML_ENTITY_ID;
});
const portal = demoPortal();

test("a portal that is registered under a name of its own asks by it, and is answered by it", async () => {
  const question = new URL(await choose(portal.browser())).searchParams.get("SAMLRequest") ?? "";
  const request = inflateRawSync(Buffer.from(question, "base64")).toString("utf8");
  expect(request).toContain(`>${entityId}</saml:Issuer>`);

  const who = await portal.logIn("hanako");
  expect((await portal.memberOf(who))?.displayName).toBe("Hanako Kokuritsu");
});
