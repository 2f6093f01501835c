/** An HSM that signs by RSA only what it has hashed itself. In a file of its own, for a module reads its configuration once a process. */
import { afterAll, expect, test, vi } from "vitest";
import { signersWith } from "@/server/signers/open.ts";
import { cryptoki } from "@/server/signers/pkcs11/cryptoki.ts";
import { hasSoftHsm, pin, softHsm } from "@/tests/support/softhsm.ts";
import { judged, wellJudged } from "./authority.ts";

// A key is made, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

test.runIf(hasSoftHsm())("it is given the whole, and OpenSSL accepts what it signs", async () => {
  const hsm = softHsm("CKM_SHA256_RSA_PKCS,CKM_RSA_PKCS_KEY_PAIR_GEN");
  afterAll(() => hsm.remove());
  hsm.newToken("strict");
  const { openSigner, makeKey } = signersWith({ PKCS11_MODULE: hsm.module, PKCS11_PIN: pin });
  const keyRef = "pkcs11:token=strict;object=rsa";
  const signer = await openSigner(keyRef, await makeKey(keyRef, "rsa-2048"));

  const { js, p11 } = await cryptoki(hsm.module);
  const [slot = Buffer.alloc(0)] = p11.C_GetSlotList(true);
  expect(p11.C_GetMechanismList(slot)).not.toContain(js.CKM_RSA_PKCS);
  expect(await judged(signer)).toEqual(wellJudged);
});
