/** A CA's key in AWS KMS and in Google Cloud KMS: what stands for them signs with real keys, and OpenSSL judges. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { crc32c } from "@/server/kms/crc32c.ts";
import { decryptKey, encryptKey } from "@/server/kms/encrypted-key.ts";
import { signersWith } from "@/server/signers/open.ts";
import { type Fault, type KmsStandIn, kmsStandIn } from "@/tests/support/kms-stand-in.ts";
import { authority, judged, wellJudged } from "./authority.ts";

// A request that is never answered is waited for.
vi.setConfig({ testTimeout: 60_000 });

let kms: KmsStandIn;
let settings: { GCP_KMS_ENDPOINT: string };
beforeAll(async () => {
  kms = await kmsStandIn();
  settings = { GCP_KMS_ENDPOINT: kms.url };
  for (const [name, value] of Object.entries(kms.environment)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await kms.close();
});
beforeEach(() => kms.failWith());

const stores = {
  "AWS KMS": {
    ref: (key: string) => `aws-kms:arn:aws:kms:ap-northeast-1:111122223333:key/${key}`,
    wrapper: (key: string) => `aws-kms:alias/${key}`,
  },
  "Google Cloud KMS": {
    ref: (key: string) => `gcp-kms:projects/p/locations/l/keyRings/r/cryptoKeys/${key}/cryptoKeyVersions/1`,
    wrapper: (key: string) => `gcp-kms:projects/p/locations/l/keyRings/r/cryptoKeys/${key}`,
  },
};

const faultOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "nothing was wrong",
    (error: unknown) => error,
  );

describe.each(Object.entries(stores))("%s", (name, { ref, wrapper }) => {
  const signers = () => signersWith(settings);
  const open = (key: string) => signers().openSigner(ref(key), kms.keys[key]?.publicKey as never);

  test.each(["rsa", "p256", "p384"])("signs with %s what OpenSSL accepts", async (key) => {
    const publicKey = await signers().publicKeyOf(ref(key));
    expect(await judged(await signers().openSigner(ref(key), publicKey))).toEqual(wellJudged);
  });

  test("is asked for forty signatures at once", async () => {
    const { issue } = await authority(await open("p256"));
    expect(await Promise.all(Array.from({ length: 40 }, (_, n) => issue(n)))).toHaveLength(40);
  });

  test.each<[Fault[]]>([[["throttled", "throttled"]], [["broken"]], [["lost"]]])(
    "is asked again after %j",
    async (faults) => {
      const { issue } = await authority(await open("p256"));
      kms.failWith(...faults);
      expect(await issue()).toBeInstanceOf(Uint8Array);
    },
  );

  test("is not asked for ever", async () => {
    const { issue } = await authority(await open("p256"));
    const before = kms.asked.length;
    kms.failWith(...Array<Fault>(200).fill("broken"));
    expect(await faultOf(issue())).toMatchObject({ name: "KeyFault", code: "unreachable" });
    expect(kms.asked.length - before).toBeLessThan(30);
  });

  test("that refuses is told of in a sentence", async () => {
    kms.failWith("denied");
    expect(await faultOf(open("p256"))).toMatchObject({
      code: "not_allowed",
      message: expect.stringContaining("p256"),
    });
  });

  test("gives no signature away that is another key's", async () => {
    const { issue } = await authority(await open("rsa"));
    kms.failWith("other key");
    expect(await faultOf(issue())).toMatchObject({ code: "wrong_answer", message: /does not verify/ });
    expect(await issue()).toBeInstanceOf(Uint8Array);
  });

  test("is not used with a key that the certificate does not have", async () => {
    const other = kms.keys.p384?.publicKey as never;
    expect(await faultOf(signers().openSigner(ref("p256"), other))).toMatchObject({ code: "other_key" });
  });

  test("without such a key says so, and does not make one", async () => {
    expect(await faultOf(signers().publicKeyOf(ref("nobody")))).toMatchObject({ code: "not_found" });
    const fault = await faultOf(signers().makeKey(ref("new"), "p-384"));
    expect(fault).toMatchObject({ code: "not_made_here", message: /create/ });
  });

  test("encrypts a sealing key and gives it back, for that purpose and by that key", async () => {
    const key = new Uint8Array(32).fill(7);
    const encrypted = await encryptKey(wrapper("wrapper"), key, settings);
    expect(Buffer.from(encrypted).includes(Buffer.from(key))).toBe(false);
    expect(await decryptKey(wrapper("wrapper"), encrypted, settings)).toEqual(key);
    const other = faultOf(decryptKey(wrapper("other-wrapper"), encrypted, settings));
    expect(await other).toMatchObject({ code: "unusable" });
    kms.failWith("denied");
    const denied = faultOf(decryptKey(wrapper("wrapper"), encrypted, settings));
    expect(await denied).toMatchObject({ code: "not_allowed", message: /ecrypt/ });
    const short = await encryptKey(wrapper("wrapper"), key.subarray(1), settings);
    expect(await faultOf(decryptKey(wrapper("wrapper"), short, settings))).toMatchObject({
      code: "unusable",
    });
  });

  test(`never names a credential in what it says (${name})`, async () => {
    kms.failWith("denied");
    const fault = await faultOf(open("p256"));
    expect(String(fault)).not.toMatch(/AKID|wJalr|PRIVATE|Bearer/);
  });
});

describe("Google Cloud KMS", () => {
  const { ref, wrapper } = stores["Google Cloud KMS"];

  test.each<[Fault]>([["changed"], ["not received"]])(
    "is not believed when what was sent is %s",
    async (fault) => {
      const signer = await signersWith(settings).openSigner(ref("p256"), kms.keys.p256?.publicKey as never);
      kms.failWith(fault);
      expect(await faultOf(Promise.resolve(signer.sign(new Uint8Array(100))))).toMatchObject({
        code: "wrong_answer",
      });
      kms.failWith(fault);
      expect(await faultOf(encryptKey(wrapper("wrapper"), new Uint8Array(32), settings))).toMatchObject({
        code: "wrong_answer",
      });
    },
  );

  test("with a key of PSS, which certificates here are not signed by, says which to make", async () => {
    expect(await faultOf(signersWith(settings).publicKeyOf(ref("pss")))).toMatchObject({
      code: "unusable",
      message: /RSA_SIGN_PSS_2048_SHA256.*rsa-sign-pkcs1-3072-sha256/,
    });
  });

  test("wants the version of a key that signs", async () => {
    expect(await faultOf(signersWith(settings).publicKeyOf(wrapper("p256")))).toMatchObject({
      code: "ref_malformed",
    });
  });
});

describe("AWS KMS", () => {
  test("that does not take the credentials is told of in a sentence", async () => {
    // What stands for it is in another region, so that the signature is wrong.
    const keyRef = "aws-kms:arn:aws:kms:eu-west-1:111122223333:key/p256";
    expect(await faultOf(signersWith({}).publicKeyOf(keyRef))).toMatchObject({
      code: "not_allowed",
      message: /clock/,
    });
  });
});

test("the checksum is the one of RFC 3720", () => {
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
});
