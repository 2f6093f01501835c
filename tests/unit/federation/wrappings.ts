/**
 * Signature wrapping in its eight classical forms (Somorovsky et al., "On Breaking SAML", 2012): the genuine signature stays
 * valid over the genuine element, which is moved to where it is not read, and a forged one takes its place.
 */
import type { LoginCode } from "@/server/federation/refusal.ts";

type Wrapping = { signed: "response" | "assertion" | "both"; make: (genuine: string) => string };

const signatureOf = (xml: string) => /<ds:Signature.*?<\/ds:Signature>/s.exec(xml)?.[0] ?? "";
const assertionOf = (xml: string) => /<saml:Assertion.*<\/saml:Assertion>/s.exec(xml)?.[0] ?? "";
const withoutSignature = (xml: string) => xml.replace(/<ds:Signature.*?<\/ds:Signature>/s, "");

/** Another person, under another ID. */
const forged = (xml: string) =>
  xml
    .replace(/<ds:Signature.*?<\/ds:Signature>/gs, "")
    .replaceAll("hanako@", "admin@")
    .replaceAll('ID="_', 'ID="_forged');

const into = (xml: string, end: string, content: string) => xml.replace(end, `${content}${end}`);
const behindIssuer = (xml: string, content: string) =>
  xml.replace("</saml:Issuer>", `</saml:Issuer>${content}`);

const classical: [string, LoginCode, Wrapping][] = [
  [
    "1, the genuine response inside the signature of the forged one",
    "signature_misplaced",
    {
      signed: "response",
      make: (xml) =>
        behindIssuer(
          forged(xml),
          into(signatureOf(xml), "</ds:Signature>", `<ds:Object>${withoutSignature(xml)}</ds:Object>`),
        ),
    },
  ],
  [
    "2, the genuine response beside the signature",
    "signature_misplaced",
    {
      signed: "response",
      make: (xml) => behindIssuer(forged(xml), `${withoutSignature(xml)}${signatureOf(xml)}`),
    },
  ],
  [
    "3, a forged assertion before the genuine one",
    "assertion_count",
    {
      signed: "assertion",
      make: (xml) => xml.replace("<saml:Assertion", `${forged(assertionOf(xml))}<saml:Assertion`),
    },
  ],
  [
    "4, the genuine assertion inside the forged one",
    "signature_misplaced",
    {
      signed: "assertion",
      make: (xml) =>
        xml.replace(assertionOf(xml), into(forged(assertionOf(xml)), "</saml:Assertion>", assertionOf(xml))),
    },
  ],
  [
    "5, the signature on the forged assertion, the genuine one at the end",
    "assertion_count",
    {
      signed: "assertion",
      make: (xml) => {
        const genuine = assertionOf(xml);
        const evil = behindIssuer(forged(genuine), signatureOf(genuine));
        return into(xml.replace(genuine, evil), "</samlp:Response>", withoutSignature(genuine));
      },
    },
  ],
  [
    "6, the genuine assertion inside the signature on the forged one",
    "signature_misplaced",
    {
      signed: "assertion",
      make: (xml) => {
        const genuine = assertionOf(xml);
        const signature = into(signatureOf(genuine), "</ds:Signature>", withoutSignature(genuine));
        return xml.replace(genuine, behindIssuer(forged(genuine), signature));
      },
    },
  ],
  [
    "7, the genuine assertion among extensions",
    "signature_misplaced",
    {
      signed: "assertion",
      make: (xml) =>
        xml
          .replace(assertionOf(xml), forged(assertionOf(xml)))
          .replace(
            "<samlp:Status>",
            `<samlp:Extensions>${assertionOf(xml)}</samlp:Extensions><samlp:Status>`,
          ),
    },
  ],
  [
    "8, the genuine assertion in an object of the signature on the forged one",
    "signature_misplaced",
    {
      signed: "assertion",
      make: (xml) => {
        const genuine = assertionOf(xml);
        const object = `<ds:Object>${withoutSignature(genuine)}</ds:Object>`;
        const signature = into(signatureOf(genuine), "</ds:Signature>", object);
        return xml.replace(genuine, behindIssuer(forged(genuine), signature));
      },
    },
  ],
];

/** Where both are signed, the response's signature can be thrown away, so that only the assertion's is left to be looked at. */
const stripped: typeof classical = classical
  .filter(([, , { signed }]) => signed === "assertion")
  .map(([name, code, { make }]) => [
    `${name}; both signed, the response's signature thrown away`,
    code,
    { signed: "both", make: (xml) => make(xml.replace(signatureOf(xml), "")) },
  ]);

/** Or both signatures stay valid, each over what it was made for: the response's carries the genuine response along. */
const doubled: typeof classical = classical
  .filter(([, , { signed }]) => signed === "assertion")
  .map(([name, , { make }]) => [
    `${name}; both signed, both wrapped`,
    "signature_misplaced",
    {
      signed: "both",
      make: (xml) => {
        const signature = signatureOf(xml);
        const genuine = xml.replace(signature, "");
        const evil = make(genuine).replace('ID="_response"', 'ID="_evil"');
        return behindIssuer(evil, into(signature, "</ds:Signature>", `<ds:Object>${genuine}</ds:Object>`));
      },
    },
  ]);

/** Forms 1 and 2 on a response whose assertion is signed as well. */
const whole: typeof classical = classical
  .filter(([, , { signed }]) => signed === "response")
  .map(([name, code, { make }]) => [`${name}; both signed`, code, { signed: "both", make }]);

export const wrappings = [...classical, ...stripped, ...doubled, ...whole];
