/** Responses that log somebody in. */
import type { Expectation } from "@/server/federation/validation/validate.ts";
import { type Build, type Keys, spEntityId } from "@/tests/support/saml.ts";
import { minutesFromNow, more, replace } from "./changes.ts";

type Right = [string, (keys: Keys) => Build, ((keys: Keys) => Partial<Expectation>)?];
/** To encrypt for us. */
const sp = ({ sp: { certificate } }: Keys) => ({ certificate });
export const rights: Right[] = [
  ["signed on the response", () => ({ sign: "response" })],
  ["signed on the assertion", () => ({ sign: "assertion" })],
  ["signed on both", () => ({ sign: "both" })],
  ["encrypted inside a signed response", (k) => ({ sign: "response", encrypt: sp(k) })],
  ["signed on both and encrypted", (k) => ({ sign: "both", encrypt: sp(k) })],
  ["encrypted by GCM with the signature inside", (k) => ({ sign: "assertion", encrypt: sp(k) })],
  ["encrypted by AES-128-CBC", (k) => ({ encrypt: { ...sp(k), cipher: "aes-128-cbc" } })],
  ["encrypted by AES-192-CBC", (k) => ({ encrypt: { ...sp(k), cipher: "aes-192-cbc" } })],
  ["encrypted by AES-256-CBC", (k) => ({ encrypt: { ...sp(k), cipher: "aes-256-cbc" } })],
  ["encrypted by AES-128-GCM", (k) => ({ encrypt: { ...sp(k), cipher: "aes-128-gcm" } })],
  ["encrypted by AES-192-GCM", (k) => ({ encrypt: { ...sp(k), cipher: "aes-192-gcm" } })],
  ["encrypted with OAEP and SHA-256", (k) => ({ encrypt: { ...sp(k), oaep: "sha256" } })],
  [
    "encrypted for our old key, during a rollover",
    (k) => ({ encrypt: { certificate: k.oldSp.certificate } }),
    (k) => ({ privateKeys: [k.sp.privateKey, k.oldSp.privateKey] }),
  ],
  [
    "signed with the second of the provider's certificates",
    () => ({}),
    (k) => ({ certificates: [k.stranger.certificate, k.idp.certificate] }),
  ],
  [
    "signed by RSA with SHA-384",
    () => ({ algorithm: { signature: `${more}rsa-sha384`, digest: `${more}sha384` } }),
  ],
  [
    "signed by RSA with SHA-512",
    () => ({
      algorithm: { signature: `${more}rsa-sha512`, digest: "http://www.w3.org/2001/04/xmlenc#sha512" },
    }),
  ],
  [
    "signed by ECDSA",
    (k) => ({ key: k.ec, algorithm: { signature: `${more}ecdsa-sha256` } }),
    (k) => ({ certificates: [k.ec.certificate] }),
  ],
  [
    "for two audiences, one of them us",
    () => ({
      assertion: replace(
        `<saml:Audience>${spEntityId}`,
        `<saml:Audience>https://other.example.ac.jp</saml:Audience><saml:Audience>${spEntityId}`,
      ),
    }),
  ],
  [
    "with OneTimeUse",
    () => ({
      assertion: replace("<saml:AudienceRestriction>", "<saml:OneTimeUse/><saml:AudienceRestriction>"),
    }),
  ],
  ["with white space around the audience", () => ({ assertion: replace(spEntityId, ` ${spEntityId} `) })],
  [
    "two minutes after its end, by a clock that goes wrong",
    () => ({}),
    () => ({ now: new Date(minutesFromNow(7)) }),
  ],
  [
    "with a second confirmation that is not bearer",
    () => ({
      assertion: replace(
        "<saml:SubjectConfirmation Method",
        `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"/><saml:SubjectConfirmation Method`,
      ),
    }),
  ],
];
