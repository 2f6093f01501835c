import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { readBrought } from "@/server/federation/service/brought-key.ts";
import { type KeyPair, makeKeyPair, pemOf } from "@/server/federation/service/keys.ts";

const now = new Date("2026-11-22T01:00:00Z");
const host = "portal.example.ac.jp";
const decades = (count: number) => new Date(now.getTime() + count * 3652 * 86_400_000);

let own: KeyPair;
let authority: KeyPair;
const certificateOf = ({ certificate }: KeyPair) => pemOf(certificate, "CERTIFICATE");

beforeAll(async () => {
  [own, authority] = (await Promise.all([makeKeyPair(host, now), makeKeyPair("ca.example.ac.jp", now)])) as [
    KeyPair,
    KeyPair,
  ];
});

test.each<[string, () => string]>([
  ["key and certificate", () => own.privateKey + certificateOf(own)],
  ["certificate and key", () => certificateOf(own) + own.privateKey],
  ["the chain, in whatever order", () => certificateOf(authority) + certificateOf(own) + own.privateKey],
  [
    "the key as OpenSSL wrote it of old",
    () => createPrivateKey(own.privateKey).export({ type: "pkcs1", format: "pem" }) + certificateOf(own),
  ],
])("a file is read that holds %s", (_, pem) => {
  expect(readBrought(pem(), host, now)).toEqual({ pair: own });
});

test.each<[string, () => string | Promise<string>, string]>([
  ["no key", () => certificateOf(own), "no_key"],
  ["a key with a password", () => locked(own) + certificateOf(own), "no_key"],
  ["a key that is cut off", () => own.privateKey.replace(/\n.{64}\n/, "\n") + certificateOf(own), "no_key"],
  ["no certificate", () => own.privateKey, "no_certificate"],
  ["another key's certificate", () => own.privateKey + certificateOf(authority), "no_certificate"],
  ["a key on a curve", () => elliptic() + certificateOf(own), "not_rsa"],
  ["a short key", async () => filed(await makeKeyPair(host, now, 1024)), "not_rsa"],
  ["another host's certificate", () => filed(authority), "other_host"],
  ["a certificate that is over", async () => filed(await makeKeyPair(host, decades(-2))), "not_in_force"],
  ["a certificate of times to come", async () => filed(await makeKeyPair(host, decades(1))), "not_in_force"],
])("a file is refused that holds %s", async (_, pem, fault) => {
  expect(readBrought(await pem(), host, now)).toEqual({ fault });
});

function filed(pair: KeyPair): string {
  return pair.privateKey + certificateOf(pair);
}

function locked({ privateKey }: KeyPair): string {
  const how = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "password" } as const;
  return createPrivateKey(privateKey).export(how).toString();
}

function elliptic(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
