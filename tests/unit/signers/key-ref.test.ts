/** How keys elsewhere are named: as RFC 7512 and the clouds have it, and nothing else. */
import { expect, test } from "vitest";
import { KeyFault } from "@/server/kms/fault.ts";
import { readKeyRef } from "@/server/kms/key-ref.ts";

test.each([
  ["pkcs11:token=portal;object=client-ca", { token: "portal", object: "client-ca" }],
  ["pkcs11:token=My%20HSM;object=%E9%8D%B5;type=private", { token: "My HSM", object: "鍵" }],
  ["pkcs11:serial=0a1b;id=%01%ff", { serial: "0a1b", id: Uint8Array.of(1, 255) }],
  [
    "pkcs11:slot-id=3;model=x;manufacturer=y;object=k",
    { slotId: 3, model: "x", manufacturer: "y", object: "k" },
  ],
])("%s", (text, uri) => {
  expect(readKeyRef(text)).toEqual({ store: "pkcs11", text, uri });
});

test.each([
  "aws-kms:1234abcd-12ab-34cd-56ef-1234567890ab",
  "aws-kms:alias/portal/client",
  "aws-kms:arn:aws:kms:ap-northeast-1:111122223333:key/mrk-1234",
  "gcp-kms:projects/p/locations/asia-northeast1/keyRings/r/cryptoKeys/k/cryptoKeyVersions/12",
  "gcp-kms:projects/p/locations/global/keyRings/r/cryptoKeys/k",
])("%s", (text) => {
  expect(`${readKeyRef(text).store}`).toBe(text.slice(0, 7));
});

test.each([
  "",
  "somewhere:else",
  "pkcs11:",
  "pkcs11:token=portal",
  "pkcs11:object=a;object=b",
  "pkcs11:object=a;color=red",
  "pkcs11:object=a;type=public",
  "pkcs11:object=a b",
  "pkcs11:object=%zz",
  "pkcs11:object=a;",
  "pkcs11:object=a;slot-id=one",
  "pkcs11:token=t;object=a?pin-value=98765",
  "pkcs11:pin-value=98765;object=a",
  "pkcs11:token=t;object=a?module-path=/x.so",
  "aws-kms:",
  "aws-kms:arn:aws:s3:::bucket",
  "aws-kms:a b",
  "gcp-kms:projects/p",
  "gcp-kms:projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/latest",
])("%j names no key, and a PIN in it is not repeated", (text) => {
  expect(() => readKeyRef(text)).toThrow(KeyFault);
  expect(() => readKeyRef(text)).toThrow(/^(?!.*98765)/);
});
