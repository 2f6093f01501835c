/** What Jackson is given to read: it reads what was written, and believes nothing else. */
import { parseIssuer, validate } from "@boxyhq/saml20/dist/response.js";
import { describe, expect, it } from "vitest";
import { bridgeKey, bridgeResponse } from "@/server/federation/session/bridge.ts";

const about = {
  issuer: "https://idp.example.ac.jp/?a=\"1\"&b='2'<3>",
  requestId: "_a\"&'<>",
  audience: "https://portal.example.ac.jp/?c='4'&d=国立",
  now: new Date(),
};

async function bridged(sessionId = "session-1") {
  return Buffer.from(await bridgeResponse(sessionId, about), "base64").toString("utf8");
}

async function expected() {
  const { certificate } = await bridgeKey();
  return { publicKey: certificate, audience: about.audience, inResponseTo: about.requestId };
}

describe("the bridge to Jackson", () => {
  it("carries the session's id, whatever signs are in the names around it", async () => {
    const response = await bridged();
    expect(parseIssuer(response)).toBe(about.issuer);
    expect((await validate(response, await expected())).claims).toEqual({ id: "session-1" });
  });

  it.each([
    ["another session", "session-1", "session-2"],
    ["another time", /NotOnOrAfter="\d+/, 'NotOnOrAfter="2999'],
    ["another request", "InResponseTo=", 'a="" InResponseTo='],
    ["an attribute more", "</AttributeStatement>", '<Attribute Name="b"/></AttributeStatement>'],
  ])("is not believed with %s in it", async (_, from, to) => {
    const response = await bridged();
    const changed = response.replace(from, to);
    expect(changed).not.toBe(response);
    await expect(validate(changed, await expected())).rejects.toThrow("Invalid assertion");
  });
});
