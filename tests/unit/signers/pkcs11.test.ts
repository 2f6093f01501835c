/** A CA's key in an HSM, by PKCS #11: SoftHSM 2 stands for it. */
import { spawnSync } from "node:child_process";
import { renameSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { generateRsaKey } from "@/server/pki/keys.ts";
import { type KeyAlgorithm, keyAlgorithms, signersWith } from "@/server/signers/open.ts";
import { cryptoki } from "@/server/signers/pkcs11/cryptoki.ts";
import { openssl, put } from "@/tests/integration/ca/openssl.ts";
import { hasSoftHsm, pin, type SoftHsm, softHsm } from "@/tests/support/softhsm.ts";
import { authority, judged, wellJudged } from "./authority.ts";

// Keys are made, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

const there = hasSoftHsm();
const ref = (object: string, token = "portal") => `pkcs11:token=${token};object=${object}`;

describe.runIf(there)("a key in an HSM", () => {
  let hsm: SoftHsm;
  let settings: { PKCS11_MODULE: string; PKCS11_PIN: string };
  beforeAll(() => {
    hsm = softHsm();
    for (const token of ["portal", "other", "removed"]) hsm.newToken(token);
    settings = { PKCS11_MODULE: hsm.module, PKCS11_PIN: pin };
  });
  afterAll(() => hsm.remove());

  const signers = () => signersWith(settings);
  const made = new Map<string, Promise<unknown>>();
  /** Made when first asked for. */
  async function signerOf(algorithm: KeyAlgorithm, token = "portal") {
    const keyRef = ref(algorithm, token);
    if (!made.has(keyRef)) made.set(keyRef, signers().makeKey(keyRef, algorithm));
    await made.get(keyRef);
    return signers().openSigner(keyRef, await signers().publicKeyOf(keyRef));
  }

  test.each(keyAlgorithms)(
    "%s signs certificates and lists that OpenSSL accepts",
    async (algorithm) => {
      expect(await judged(await signerOf(algorithm))).toEqual(wellJudged);
    },
    60_000,
  );

  test("it cannot be read or taken out", async () => {
    await signerOf("p-256");
    const { js, p11 } = await cryptoki(settings.PKCS11_MODULE);
    const slot = p11.C_GetSlotList(true).find((slot) => p11.C_GetTokenInfo(slot).label.trim() === "portal");
    const session = p11.C_OpenSession(slot ?? Buffer.alloc(0), js.CKF_SERIAL_SESSION);
    p11.C_FindObjectsInit(session, [
      { type: js.CKA_CLASS, value: js.CKO_PRIVATE_KEY },
      { type: js.CKA_LABEL, value: "p-256" },
    ]);
    const [key] = p11.C_FindObjects(session, 1);
    p11.C_FindObjectsFinal(session);
    expect(() => p11.C_GetAttributeValue(session, key ?? Buffer.alloc(0), [{ type: js.CKA_VALUE }])).toThrow(
      /CKR_ATTRIBUTE_SENSITIVE/,
    );
    p11.C_CloseSession(session);
  });

  test("a hundred signatures at once are all right, and the event loop goes on meanwhile", async () => {
    const signer = await signerOf("rsa-3072");
    const { issue, certificate } = await authority(signer);
    let beats = 0;
    const heart = setInterval(() => {
      beats += 1;
    }, 1);
    const all = await Promise.all(Array.from({ length: 100 }, (_, n) => issue(n)));
    clearInterval(heart);
    expect(beats).toBeGreaterThan(10);
    const root = put(openssl("x509", "-inform", "DER", "-in", put(certificate)).said);
    const leaves = all.map((der) => put(openssl("x509", "-inform", "DER", "-in", put(der)).said));
    const { said } = openssl("verify", "-CAfile", root, ...leaves);
    expect(said.match(/: OK$/gm)).toHaveLength(100);
  });

  test("a list of many megabytes is signed as well", async () => {
    const signer = await signerOf("p-384");
    const { list, certificate } = await authority(signer);
    const crl = await list(100_000);
    expect(crl.length).toBeGreaterThan(3_000_000);
    const root = put(openssl("x509", "-inform", "DER", "-in", put(certificate)).said);
    expect(openssl("crl", "-inform", "DER", "-CAfile", root, "-noout", "-in", put(crl)).said).toBe(
      "verify OK\n",
    );
  });

  describe("goes on after", () => {
    test.each<[string, (module: Awaited<ReturnType<typeof cryptoki>>) => void]>([
      [
        "its sessions were closed",
        ({ p11 }) => {
          for (const slot of p11.C_GetSlotList(true)) p11.C_CloseAllSessions(slot);
        },
      ],
      ["its module was ended", ({ p11 }) => p11.C_Finalize()],
    ])("%s", async (_, lose) => {
      const signer = await signerOf("p-256");
      const { issue } = await authority(signer);
      lose(await cryptoki(settings.PKCS11_MODULE));
      const all = await Promise.all(Array.from({ length: 20 }, (_, n) => issue(n)));
      expect(all).toHaveLength(20);
    });

    test("a token was put in that it has not seen, while others are used", async () => {
      const { issue } = await authority(await signerOf("p-256"));
      hsm.newToken("late");
      const [late, ...all] = await Promise.all([
        signers().makeKey(ref("p-256", "late"), "p-256"),
        ...Array.from({ length: 20 }, (_, n) => issue(n)),
      ]);
      expect(late.asymmetricKeyType).toBe("ec");
      expect(all).toHaveLength(20);
    });

    test("its token was out, with a sentence as long as it is", async () => {
      const signer = await signerOf("p-256", "removed");
      const { issue } = await authority(signer);
      const module = await cryptoki(settings.PKCS11_MODULE);
      renameSync(hsm.tokens, `${hsm.tokens}.out`);
      module.p11.C_Finalize();
      await expect(issue()).rejects.toMatchObject({ name: "KeyFault", code: "unreachable" });
      renameSync(`${hsm.tokens}.out`, hsm.tokens);
      expect(await issue()).toBeInstanceOf(Uint8Array);
    });
  });

  describe("is refused in a sentence", () => {
    test("when there is none of that name", async () => {
      const { publicKey } = await signerOf("p-256");
      const open = signers().openSigner(ref("nobody"), publicKey);
      await expect(open).rejects.toMatchObject({ code: "not_found", message: /no private key.*nobody/ });
      await expect(signers().publicKeyOf(ref("nobody"))).rejects.toMatchObject({ code: "not_found" });
    });

    test("when there is no such token", async () => {
      const { publicKey } = await signerOf("p-256");
      const open = signers().openSigner(ref("p-256", "nowhere"), publicKey);
      await expect(open).rejects.toMatchObject({ code: "unreachable", message: /no token nowhere/ });
    });

    test("when it is another than the certificate's", async () => {
      await signerOf("p-256");
      const { publicKey } = await generateRsaKey(2048);
      await expect(signers().openSigner(ref("p-256"), publicKey)).rejects.toMatchObject({
        code: "other_key",
      });
      const { publicKey: other } = await signerOf("p-384");
      await expect(signers().openSigner(ref("p-256"), other)).rejects.toThrow();
    });

    test("when it is there already and is to be made", async () => {
      await signerOf("p-256");
      await expect(signers().makeKey(ref("p-256"), "p-256")).rejects.toMatchObject({ code: "exists" });
    });

    test("when the PIN is wrong, and the PIN is not tried again nor named", async () => {
      const { publicKey } = await signerOf("p-256");
      const { p11 } = await cryptoki(settings.PKCS11_MODULE);
      const logIn = vi.spyOn(p11, "C_Login");
      const mistaken = signersWith({ ...settings, PKCS11_PIN: "11112222" });
      for (let time = 0; time < 3; time++) {
        const fault = await mistaken
          .openSigner(ref("p-256", "other"), publicKey)
          .catch((error: unknown) => error);
        expect(fault).toMatchObject({ code: "not_allowed", message: /PKCS11_PIN/ });
        expect(String(fault)).not.toContain("11112222");
      }
      expect(logIn).toHaveBeenCalledTimes(1);
      logIn.mockRestore();
    });

    test("when the module is not set, or is none", async () => {
      const { publicKey } = await generateRsaKey(2048);
      const open = (PKCS11_MODULE?: string) =>
        signersWith({ PKCS11_MODULE }).openSigner(ref("p-256"), publicKey);
      await expect(open()).rejects.toMatchObject({
        code: "not_configured",
        message: /PKCS11_MODULE is missing/,
      });
      await expect(open("/no/such/module.so")).rejects.toMatchObject({
        code: "not_configured",
        message: /cannot be loaded/,
      });
      await expect(open("package.json")).rejects.toMatchObject({ code: "not_configured" });
    });
  });

  test("a card that wants the PIN for each signature gets it", async () => {
    await signerOf("p-256");
    const { js, p11 } = await cryptoki(settings.PKCS11_MODULE);
    const slot = p11.C_GetSlotList(true).find((slot) => p11.C_GetTokenInfo(slot).label.trim() === "portal");
    const session = p11.C_OpenSession(slot ?? Buffer.alloc(0), js.CKF_SERIAL_SESSION | js.CKF_RW_SESSION);
    const label = { type: js.CKA_LABEL, value: "card" };
    const token = { type: js.CKA_TOKEN, value: true };
    p11.C_GenerateKeyPair(
      session,
      { mechanism: js.CKM_EC_KEY_PAIR_GEN },
      [label, token, { type: js.CKA_EC_PARAMS, value: Buffer.from("06082a8648ce3d030107", "hex") }],
      [
        label,
        token,
        { type: js.CKA_PRIVATE, value: true },
        { type: js.CKA_SIGN, value: true },
        { type: js.CKA_ALWAYS_AUTHENTICATE, value: true },
      ],
    );
    p11.C_CloseSession(session);
    const signer = await signers().openSigner(ref("card"), await signers().publicKeyOf(ref("card")));
    expect(await judged(signer)).toEqual(wellJudged);
  });
});

test("without the package it is said how to install it", () => {
  // Where nothing above the file has a node_modules.
  const script = `import { registerHooks } from "node:module";
    registerHooks({ resolve: (name, context, next) => {
      if (name === "pkcs11js") throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
      return next(name, context); } });
    const { cryptoki } = await import("./server/signers/pkcs11/cryptoki.ts");
    await cryptoki("/x.so").catch((error) => console.log(error.code, error.message));`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  expect(`${stdout}${stderr}`).toMatch(
    /^not_installed The package pkcs11js is not installed.*`npm install`/m,
  );
});
