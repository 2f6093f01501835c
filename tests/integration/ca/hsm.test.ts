/** An issuing CA whose key an HSM makes and never gives out: SoftHSM, from the request to a member's certificate and its revocation. */
import { afterAll, expect, test } from "vitest";
import { listIssuers } from "@/server/ca/local/ceremony/list.ts";
import { renewIssuer, requestIssuer } from "@/server/ca/local/ceremony/request.ts";
import { switchTo } from "@/server/ca/local/ceremony/use.ts";
import { signersWith } from "@/server/signers/open.ts";
import { hasSoftHsm, pin, type SoftHsm, softHsm } from "@/tests/support/softhsm.ts";
import { openCeremony } from "./ceremony.ts";
import { issuerCertificate, minutes } from "./office.ts";
import { openssl, pem, put } from "./openssl.ts";

let hsm: SoftHsm | undefined;
afterAll(() => hsm?.remove());

test.skipIf(!hasSoftHsm())(
  "a key in an HSM issues, keeps its lists, and a request for it that is given again finds it",
  async () => {
    hsm = softHsm();
    hsm.newToken("ca");
    const elsewhere = signersWith({ PKCS11_MODULE: hsm.module, PKCS11_PIN: pin });
    const { office, world } = await openCeremony("built-in", elsewhere);
    const { ca } = office;
    await ca.prepare();
    const place = "pkcs11:token=ca;object=client-g2";
    const key = { algorithm: "p-256", place } as const;

    // A request that was dropped leaves its key in the HSM; the next one takes it.
    const asked = await requestIssuer(world, { kind: "client", key });
    expect(asked).toMatchObject({ done: { id: "client-g2", keyRef: place, sealedKey: null } });
    const request = put(
      pem(("done" in asked && asked.done.request) || new Uint8Array(), "CERTIFICATE REQUEST"),
    );
    expect(openssl("req", "-in", request, "-noout", "-verify").said).toContain("verify OK");
    const publicKey = await elsewhere.publicKeyOf(place);
    await office.db.issuer.delete({ where: { id: "client-g2" } });

    expect(await renewIssuer(world, { kind: "client", key })).toMatchObject({ done: { id: "client-g2" } });
    expect(await renewIssuer(world, { kind: "client", key })).toMatchObject({ already: true });
    office.pass(minutes(1));
    expect(await switchTo(world, { id: "client-g2" })).toMatchObject({ already: false });
    expect((await elsewhere.publicKeyOf(place)).equals(publicKey)).toBe(true);
    expect((await listIssuers(world)).find(({ id }) => id === "client-g2")).toMatchObject({
      state: "issues",
      key: place,
    });

    office.pass(minutes(1));
    const order = await office.admitted();
    const answer = await ca.collect({ ...order, encryption: "modern" });
    expect(answer.result).toBe("package");
    await ca.revoke({ enrollmentId: "e", orderIds: [order.id], reason: "superseded" });
    const { der, issuerId } = await office.db.certificate.findUniqueOrThrow({ where: { orderId: order.id } });
    expect(issuerId).toBe("client-g2");
    const where = { issuerId_shard: { issuerId, shard: 0 } };
    const { full } = await office.db.revocationList.findUniqueOrThrow({ where });
    const { said } = openssl(
      ...["verify", "-crl_check", "-CRLfile", put(pem(full, "X509 CRL"))],
      ...["-attime", String(Math.floor(office.now().getTime() / 1000))],
      ...["-CAfile", put(pem(await issuerCertificate(office.db, "root")))],
      ...["-untrusted", put(pem(await issuerCertificate(office.db, issuerId)))],
      put(pem(der)),
    );
    expect(said).toContain("certificate revoked");
  },
);
