/** Every way in which a certificate can be refused, by its name; and that nothing has been signed then. */
import "reflect-metadata";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import * as peculiar from "@peculiar/x509";
import { beforeAll, describe, expect, it, test } from "vitest";
import { type Issuer, issueCertificate, type Subject } from "@/server/pki/certificate.ts";
import { bitString, integer, nullValue, oid, sequence } from "@/server/pki/der.ts";
import type { PkiErrorCode } from "@/server/pki/errors.ts";
import type { KeyPair } from "@/server/pki/keys.ts";
import { type Name, parseName } from "@/server/pki/name.ts";
import { clientAuthProfile, type Profile, rootProfile } from "@/server/pki/profile.ts";
import { readIssuer } from "@/server/pki/read.ts";
import type { Signer } from "@/server/pki/signer.ts";
import { addCalendarMonths } from "@/server/pki/validity.ts";
import {
  type Hierarchy,
  hierarchy,
  holder,
  newKey,
  now,
  policy,
  profiles,
  publicationOf,
} from "./hierarchy.ts";

/** Of other doings of this room: of reading, of lists and answers, of .p12, and of code that gives it no sense. */
type Elsewhere =
  | `${"request" | "signature" | "der" | "pem" | "ocsp" | "pkcs12" | "password"}_${string}`
  | "name_malformed"
  | "number_malformed"
  | "reason_malformed"
  | "list_malformed"
  | "key_mismatch"
  | "certificate_unreadable";

type Asked = {
  subject?: Partial<Subject>;
  profile?: () => Profile;
  issuer?: Partial<Issuer>;
  signer?: Signer;
};

let ours: Hierarchy;
let pair: KeyPair;
beforeAll(async () => {
  ours = await hierarchy("P-256");
  pair = await newKey("P-256");
});

const named = (...subject: Name): Asked => ({ subject: { subject } });
const keyed = (publicKey: Subject["publicKey"]): Asked => ({ subject: { publicKey } });
const rsa = (modulus: bigint, exponent = 65537n) =>
  sequence(
    sequence(oid("1.2.840.113549.1.1.1"), nullValue),
    bitString(sequence(integer(modulus), integer(exponent))),
  );
const later = (months: number) => addCalendarMonths(now, months);

/** A code without a row does not compile. */
const refusals: Record<Exclude<PkiErrorCode, Elsewhere>, readonly (() => Asked)[]> = {
  name_empty: [() => named(), () => named({ type: "CN", value: "" })],
  name_too_long: [
    () => named({ type: "CN", value: "花".repeat(65) }),
    () => named({ type: "O", value: "x".repeat(65) }),
    () => named({ type: "L", value: "𠮷".repeat(129) }),
    () => named({ type: "C", value: "JPN" }),
    () => named({ type: "CN", value: "x".repeat(10_000_000) }),
  ],
  name_characters: [
    () => named({ type: "CN", value: "hanako\0" }),
    () => named({ type: "CN", value: "hana\nko" }),
    () => named({ type: "CN", value: "hanako\u202eoneuq" }),
    () => named({ type: "CN", value: "half \ud842" }),
    () => named({ type: "CN", value: "\udfb7 half" }),
    () => named({ type: "C", value: "jp" }),
    () => named({ type: "C", value: "J" }),
  ],
  mail_missing: [() => ({ profile: () => profiles.smime })],
  mail_malformed: [
    () => ({ subject: { mail: "hanako@example" } }),
    () => ({ subject: { mail: "hanako@xn--0.example.jp" } }),
    () => ({ subject: { mail: "hanako@ab--c.example.jp" } }),
  ],
  mail_not_ascii: [() => ({ subject: { mail: "花子@大学.jp" } })],
  principal_malformed: [
    ...["", "hanako", "@example.ac.jp", "hanako@", "a@b@c", "hana ko@example.ac.jp", "EXAMPLE\\hanako@a"],
    ...["hanako@exa mple", "hanako@.example", "hanako@-a", "か\u3099@example.ac.jp", "a\u200b@b", "\ud842@b"],
    `${"a".repeat(1020)}@b.jp`,
  ].map((userPrincipalName) => () => ({ subject: { userPrincipalName } })),
  san_not_allowed: [
    () => ({ subject: { mail: "a@example.jp", userPrincipalName: "a@b" }, profile: () => profiles.smime }),
    () => ({ subject: { mail: "a@example.jp" }, profile: () => rootProfile }),
  ],
  url_malformed: [
    () => ({
      profile: () =>
        clientAuthProfile({
          publication: { ...publicationOf("client"), crlUrl: "ftp://example.ac.jp/" },
          policy,
        }),
    }),
  ],
  oid_malformed: [
    () => ({ profile: () => clientAuthProfile({ publication: publicationOf("client"), policy: "1.2.x" }) }),
  ],
  time_malformed: [
    () => ({ subject: { notBefore: new Date(Number.NaN) } }),
    () => ({ subject: { notAfter: new Date(Number.NaN) } }),
  ],
  validity_empty: [() => ({ subject: { notAfter: new Date(now.getTime() - 1000) } })],
  validity_outside_issuer: [
    () => ({ subject: { notAfter: later(121) } }),
    () => ({ subject: { notBefore: new Date(now.getTime() - 1000) } }),
  ],
  validity_too_long: [() => ({ subject: { notAfter: later(61) } })],
  serial_malformed: [...["", "00", "80", "ff", "0001", "01".repeat(21)]].map((serial) => () => ({
    subject: { serial: Buffer.from(serial, "hex") },
  })),
  issuer_mismatch: [() => ({ signer: ours.root.signer })],
  key_malformed: [() => keyed(Uint8Array.of(0x30, 0x80, 0, 0))],
  key_unsupported: [
    () => keyed(generateKeyPairSync("ed448").publicKey),
    () => keyed(generateKeyPairSync("x25519").publicKey),
    () => keyed(pair.privateKey),
  ],
  key_too_weak: [() => keyed(rsa(2n ** 2047n - 1n))],
  key_too_large: [
    () => keyed(rsa(2n ** 4096n + 1n)),
    // An issuer's, too: its signatures would be longer than the room that is kept for them.
    () => {
      const publicKey = createPublicKey({
        key: Buffer.from(rsa(2n ** 4096n + 1n)),
        format: "der",
        type: "spki",
      });
      return { issuer: { publicKey }, signer: { ...ours.client.signer, publicKey } };
    },
  ],
  key_exponent: [...[0n, 1n, 3n, 65535n, 65538n, 2n ** 256n + 1n]].map(
    (exponent) => () => keyed(rsa(2n ** 2047n + 9n, exponent)),
  ),
  key_factorable: [() => keyed(rsa(2n ** 2048n - 1n)), () => keyed(rsa((2n ** 1024n - 105n) ** 2n))],
  key_curve: [() => keyed(generateKeyPairSync("ec", { namedCurve: "P-521" }).publicKey)],
  key_point: [
    () => keyed(sequence(sequence(oid("1.3.101.112")), bitString(new Uint8Array(32)))),
    () =>
      keyed(
        sequence(
          sequence(oid("1.2.840.10045.2.1"), oid("1.3.132.0.34")),
          bitString(Buffer.concat([Buffer.of(4), Buffer.alloc(96, 7)])),
        ),
      ),
  ],
};

async function ask({ subject = {}, profile = () => profiles.client, ...others }: Asked) {
  const { signer = ours.client.signer } = others;
  let signed = 0;
  const watched: Signer = {
    ...signer,
    sign: (tbs) => {
      signed++;
      return signer.sign(tbs);
    },
  };
  try {
    const issuer = { ...readIssuer(ours.client.certificate), ...others.issuer };
    const der = await issueCertificate({ ...holder(pair), ...subject, profile: profile(), issuer }, watched);
    return { der, signed };
  } catch (error) {
    return { error, signed };
  }
}

const rows = Object.entries(refusals).flatMap(([code, ways]) =>
  ways.map((way, n) => ({ code, n: n + 1, way })),
);

test.each(rows)("$code ($n) is refused before anything is signed", async ({ code, way }) => {
  expect(await ask(way())).toEqual({ error: expect.objectContaining({ name: "PkiError", code }), signed: 0 });
});

describe("what lies just within is certified", () => {
  const utf8 = (text: string) => Buffer.from(text).toString("hex");

  test.each<[string, Asked, string]>([
    [
      "64 characters, whatever their octets",
      named({ type: "CN", value: "𠮷".repeat(64) }),
      utf8("𠮷".repeat(64)),
    ],
    ["60 months", { subject: { notAfter: later(60) } }, ""],
    ["20 octets of serial", { subject: { serial: Buffer.from("7f".repeat(20), "hex") } }, "7f".repeat(20)],
    [
      "a principal in any script",
      { subject: { userPrincipalName: "花子@大学.local" } },
      utf8("花子@大学.local"),
    ],
    ["a principal in one label", { subject: { userPrincipalName: "hanako@CORP" } }, utf8("hanako@CORP")],
    [
      "a domain in A-labels",
      { subject: { mail: "hanako@xn--r8jz45g.jp" } },
      `81${utf8("\x15hanako@xn--r8jz45g.jp")}`,
    ],
    [
      "a mailbox in UTF-8, its domain in small letters",
      { subject: { mail: "花子@Example.AC.jp" } },
      utf8("花子@example.ac.jp"),
    ],
  ])("%s", async (_, asked, holds) => {
    const { der, error } = await ask(asked);
    expect(error).toBeUndefined();
    expect(Buffer.from(der ?? []).toString("hex")).toContain(holds);
    expect(new peculiar.X509Certificate(Uint8Array.from(der ?? []).buffer).extensions.length).toBeGreaterThan(
      6,
    );
  });

  it("a term may begin an hour before it is asked for, clocks being what they are, and no more", async () => {
    const notAfter = new Date(later(60).getTime() + 3_600_000);
    expect((await ask({ subject: { notAfter } })).error).toBeUndefined();
    expect((await ask({ subject: { notAfter: new Date(notAfter.getTime() + 1000) } })).error).toMatchObject({
      code: "validity_too_long",
    });
  });

  it("the name that is asked for is the one that is written", async () => {
    const subject = parseName("CN=国立 花子,OU=No 11,O=Demo University A,L=Academe,ST=Tokyo,C=JP");
    const { der } = await ask({ subject: { subject } });
    const read = new peculiar.X509Certificate(Uint8Array.from(der ?? []).buffer);
    expect(read.subjectName.toJSON()).toEqual([
      { C: ["JP"] },
      { ST: ["Tokyo"] },
      { L: ["Academe"] },
      { O: ["Demo University A"] },
      { OU: ["No 11"] },
      { CN: ["国立 花子"] },
    ]);
  });
});
