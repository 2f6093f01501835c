import { beforeAll, describe, expect, test } from "vitest";
import { SignedXml } from "xml-crypto";
import { type LoginCode, LoginRefusal } from "@/server/federation/refusal.ts";
import { pemOf } from "@/server/federation/service/keys.ts";
import { type Expectation, validateResponse } from "@/server/federation/validation/validate.ts";
import { build, expectation, form, type Keys, makeKeys } from "@/tests/support/saml.ts";
import { replace } from "./changes.ts";
import { forgeries } from "./forgeries.ts";
import { misfits } from "./misfits.ts";
import { rights } from "./rights.ts";
import { wrappings } from "./wrappings.ts";

let keys: Keys;

beforeAll(async () => {
  keys = await makeKeys();
});

/** The code it is refused with, or "accepted". */
function outcome(field: string, changed: Partial<Expectation> = {}): LoginCode | "accepted" {
  try {
    validateResponse(field, expectation(keys, changed));
    return "accepted";
  } catch (cause) {
    if (cause instanceof LoginRefusal) return cause.code;
    throw cause;
  }
}

describe("a right response is accepted", () => {
  test.each(rights)("%s", (_, options, changed = () => ({})) => {
    expect(outcome(form(build(keys, options(keys))), changed(keys))).toBe("accepted");
  });

  test("and read to the letter, as it was signed", () => {
    const xml = build(keys, { attributes: { "urn:x": ["1&#x2028;2&#x85;3\r\n4"] } });
    const { attributes } = validateResponse(form(xml), expectation(keys));
    expect(attributes.get("urn:x")).toEqual(["1\u20282\u00853\n4"]);
  });

  test("and its attributes are read, the same one twice as one list", () => {
    const attribute =
      '<saml:Attribute Name="urn:x"><saml:AttributeValue>V</saml:AttributeValue></saml:Attribute>';
    const twice = `${attribute}${attribute.replace(">V<", ">W<")}`;
    const xml = build(keys, {
      assertion: replace("</saml:AttributeStatement>", `${twice}</saml:AttributeStatement>`),
    });
    const { attributes, assertionId } = validateResponse(form(xml), expectation(keys));
    expect(attributes.get("urn:x")).toEqual(["V", "W"]);
    expect(assertionId).toBe("_assertion");
  });
});

describe("a wrong response is refused, each for its own reason", () => {
  test.each([...forgeries, ...misfits])("%s: %s", (_, code, options, changed = () => ({})) => {
    expect(outcome(form(build(keys, options(keys))), changed(keys))).toBe(code);
  });

  test.each([
    ["nothing", "", "response_missing"],
    ["no base64", "<xml/>", "response_malformed"],
    ["no UTF-8", Buffer.from([0x3c, 0xff, 0xfe]).toString("base64"), "response_malformed"],
  ])("%s: %s is %s", (_, field, code) => {
    expect(outcome(field)).toBe(code);
  });
});

describe("a genuine signature wrapped into a forged response does not help", () => {
  test.each(wrappings)("%s: %s", (_, code, { signed, make }) => {
    const genuine = build(keys, { sign: signed });
    expect(outcome(form(genuine))).toBe("accepted");
    const wrapped = make(genuine);
    expect(wrapped).toContain("admin@");
    expect(stillVerifies(wrapped)).toBe(true);
    expect(outcome(form(wrapped))).toBe(code);
  });

  /** As a careless service would look: some signature in there is the provider's, over something. */
  function stillVerifies(xml: string): boolean {
    const signature = /<ds:Signature .*?<\/ds:SignatureValue>.*?<\/ds:KeyInfo>/s.exec(xml)?.[0] ?? "";
    const careless = new SignedXml({ publicCert: pemOf(keys.idp.certificate, "CERTIFICATE") });
    careless.loadSignature(`${signature}</ds:Signature>`);
    return careless.checkSignature(xml);
  }
});
