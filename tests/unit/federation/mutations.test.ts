/** Genuine responses, changed at random: whatever is still accepted says what was signed, and nothing else. Always the same changes. */
import { beforeAll, expect, test } from "vitest";
import { LoginRefusal } from "@/server/federation/refusal.ts";
import { validateResponse } from "@/server/federation/validation/validate.ts";
import { chance } from "@/tests/support/random-xml.ts";
import { type Build, build, expectation, form, type Keys, makeKeys } from "@/tests/support/saml.ts";

let keys: Keys;

beforeAll(async () => {
  keys = await makeKeys();
});

const pieces = [
  "<!---->",
  "<?x?>",
  "<x/>",
  "<![CDATA[",
  "]]>",
  "&#13;",
  "&amp;",
  "\r",
  "\u0085",
  "\u2028",
  "\ufeff",
  " ",
  'xmlns="" ',
  'xmlns:saml="urn:x" ',
  'xmlns:xsd="urn:x" ',
  'xml:id="_assertion" ',
  'ID="_assertion" ',
  "<saml:Assertion/>",
  "</saml:Assertion>",
  "<ds:Object/>",
  "<saml:NameID>admin</saml:NameID>",
  "<saml:AttributeValue>admin</saml:AttributeValue>",
  "</opened><opened>",
];

/** Something put in, taken out, or there twice; where tags and attributes begin more often than elsewhere. */
function changed(xml: string, random: (below: number) => number): string {
  const pick = <T>(of: readonly T[]) => of[Math.floor(random(of.length))] as T;
  const seams = [...xml.matchAll(/(?<=>)| (?=[A-Za-z:]+=")/g)].map(
    ({ index, 0: space }) => index + space.length,
  );
  const at = random(2) < 1 ? pick(seams) : Math.floor(random(xml.length));
  const [before, after] = [xml.slice(0, at), xml.slice(at)];
  const kind = random(4);
  if (kind < 2) return before + pick(pieces) + after;
  if (kind < 3) return before + after.slice(1 + Math.floor(random(60)));
  const from = Math.floor(random(xml.length));
  return before + xml.slice(from, from + random(400)) + after;
}

const xsd = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema"';

test.each<[string, (keys: Keys) => Build]>([
  ["signed on the response", () => ({ sign: "response" })],
  ["signed on the assertion", () => ({ sign: "assertion" })],
  ["signed on both", () => ({ sign: "both" })],
  [
    "signed with a list of prefixes",
    () => ({
      sign: "assertion",
      algorithm: { prefixes: ["xsd", "#default"] },
      assertion: (xml) => xml.replace("<saml:Assertion ", `<saml:Assertion ${xsd} `),
    }),
  ],
  ["encrypted in a signed response", ({ sp }) => ({ encrypt: { certificate: sp.certificate } })],
  ["signed and encrypted", ({ sp }) => ({ sign: "assertion", encrypt: { certificate: sp.certificate } })],
])("a response that is %s says the same after any change, or is refused", (_, options) => {
  const xml = build(keys, options(keys));
  const genuine = validateResponse(form(xml), expectation(keys));
  const random = chance(1);
  let refused = 0;
  for (let n = 0; n < 400; n++) {
    const other = changed(xml, random);
    try {
      expect(validateResponse(form(other), expectation(keys)), `change ${n}`).toEqual(genuine);
    } catch (cause) {
      if (!(cause instanceof LoginRefusal)) throw cause;
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(200);
});
