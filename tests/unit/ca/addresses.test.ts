import { expect, test } from "vitest";
import { publicationOf, repositoryAddress } from "@/server/ca/local/profiles.ts";

test.each([
  ["https://portal.example.ac.jp", "http://portal.example.ac.jp"],
  ["https://portal.example.ac.jp:8443", "http://portal.example.ac.jp"],
  ["http://localhost:3000", "http://localhost:3000"],
])("what certificates of %s name can be asked for without a certificate", (portal, named) => {
  expect(publicationOf(portal, "client", 2)).toEqual({
    caIssuersUrl: `${named}/pki/client.cer`,
    crlUrl: `${named}/pki/client.2.crl`,
    ocspUrl: `${named}/ocsp`,
  });
  expect(repositoryAddress(portal, "client.delta.crl")).toBe(`${named}/pki/client.delta.crl`);
});
