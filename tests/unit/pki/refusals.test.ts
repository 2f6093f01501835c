import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it, test } from "vitest";
import { issueCertificate } from "@/server/pki/certificate.ts";
import { clientAuthProfile, rootProfile, smimeProfile } from "@/server/pki/profile.ts";
import { readIssuer } from "@/server/pki/read.ts";
import { keySigner } from "@/server/pki/signer.ts";
import {
  type Hierarchy,
  hierarchy,
  holder,
  issue,
  newKey,
  now,
  policy,
  profiles,
  publicationOf,
} from "./hierarchy.ts";

describe("what is not certified", () => {
  let ours: Hierarchy;
  let pair: Awaited<ReturnType<typeof newKey>>;
  beforeAll(async () => {
    ours = await hierarchy("P-256");
    pair = await newKey("P-256");
  });

  const refused = (code: string) => expect.objectContaining({ name: "PkiError", code });

  it("a validity beyond the issuer's, at either end", async () => {
    const { notAfter } = readIssuer(ours.client.certificate);
    const late = holder(pair, { notAfter: new Date(notAfter.getTime() + 1000) });
    const early = holder(pair, { notBefore: new Date(now.getTime() - 5000) });
    await expect(issue(ours.client, profiles.client, late)).rejects.toThrow(
      refused("validity_outside_issuer"),
    );
    await expect(issue(ours.client, profiles.client, early)).rejects.toThrow(
      refused("validity_outside_issuer"),
    );
    const whole = clientAuthProfile({ publication: publicationOf("client"), policy, longestMonths: 120 });
    await expect(issue(ours.client, whole, holder(pair, { notAfter }))).resolves.toBeInstanceOf(Uint8Array);
  });

  it("a validity that ends before it begins", async () => {
    const backwards = holder(pair, { notAfter: new Date(now.getTime() - 1000) });
    await expect(issue(ours.client, profiles.client, backwards)).rejects.toThrow(refused("validity_empty"));
  });

  it("anything with another's key", async () => {
    const foreign = { certificate: ours.client.certificate, signer: keySigner(pair.privateKey) };
    await expect(issue(foreign, profiles.client, holder(pair))).rejects.toThrow(refused("issuer_mismatch"));
    const template = { ...holder(pair), profile: rootProfile, issuer: "self" as const };
    await expect(issueCertificate(template, ours.root.signer)).rejects.toThrow(refused("issuer_mismatch"));
  });

  test.each(["", "00", "ff", "0001"])("the serial %j", async (serial) => {
    const subject = holder(pair, { serial: Buffer.from(serial, "hex") });
    await expect(issue(ours.client, profiles.client, subject)).rejects.toThrow(refused("serial_malformed"));
  });

  it("mail without a mailbox", async () => {
    await expect(issue(ours.smime, profiles.smime, holder(pair))).rejects.toThrow(refused("mail_missing"));
  });

  test.each([
    ["hanako@例え.jp", "mail_not_ascii"],
    ["花子@大学.jp", "mail_not_ascii"],
    ["hanako", "mail_malformed"],
    ["@example.ac.jp", "mail_malformed"],
    ["hanako@", "mail_malformed"],
    ["hanako@localhost", "mail_malformed"],
    ["a@b@example.ac.jp", "mail_malformed"],
    ["hana ko@example.ac.jp", "mail_malformed"],
    ["hanako@example.ac.jp\n", "mail_malformed"],
    ["hanako@example.ac.jp\0.example", "mail_malformed"],
    ["花 子@example.ac.jp", "mail_malformed"],
    ["か\u3099@example.ac.jp", "mail_malformed"],
    [".hanako@example.ac.jp", "mail_malformed"],
    [`${"a".repeat(65)}@example.ac.jp`, "mail_malformed"],
    ["hanako@-example.ac.jp", "mail_malformed"],
  ])("the mailbox %j", async (address, code) => {
    const subject = holder(pair, { mail: address });
    await expect(issue(ours.smime, profiles.smime, subject)).rejects.toThrow(refused(code));
  });

  test.each(["hanako+list@example.ac.jp", "o'hara@xn--r8jz45g.jp", "a.b.c@a-b.example"])(
    "but %s is",
    async (address) => {
      const der = await issue(ours.smime, profiles.smime, holder(pair, { mail: address }));
      expect(new X509Certificate(der).subjectAltName?.replaceAll('"', "")).toBe(`email:${address}`);
    },
  );

  test.each([
    "",
    "portal/ca.crl",
    "ftp://a.example/",
    "http://大学.example/",
    "http://a.example/ b",
    "http://",
  ])("nor may a profile point to %j", (crlUrl) => {
    const make = () => smimeProfile({ publication: { ...publicationOf("smime"), crlUrl }, policy });
    expect(make).toThrow(refused("url_malformed"));
  });
});
