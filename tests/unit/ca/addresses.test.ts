import { describe, expect, test } from "vitest";
import { publicationOf, publicUrlOf, repositoryAddress } from "@/server/ca/local/profiles.ts";

describe("certificates name addresses that can be asked without a certificate", () => {
  test.each([
    [{ BASE_URL: "https://portal.example.ac.jp" }, "http://portal.example.ac.jp"],
    [{ BASE_URL: "https://portal.example.ac.jp:8443" }, "http://portal.example.ac.jp"],
    [{ BASE_URL: "http://localhost:3000" }, "http://localhost:3000"],
    [
      { BASE_URL: "https://portal.example.ac.jp", PKI_URL: "http://pki.example.ac.jp" },
      "http://pki.example.ac.jp",
    ],
  ])("%o", (settings, named) => {
    const publicUrl = publicUrlOf(settings);
    expect(publicUrl).toBe(named);
    expect(publicationOf(publicUrl, "client", 2)).toEqual({
      caIssuersUrl: `${named}/pki/client.cer`,
      crlUrl: `${named}/pki/client.2.crl`,
      ocspUrl: `${named}/ocsp`,
    });
    expect(repositoryAddress(publicUrl, "client.delta.crl")).toBe(`${named}/pki/client.delta.crl`);
  });
});
