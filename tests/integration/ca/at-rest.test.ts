/** A copy of the database without the sealing key: it holds certificates, and no secret. */
import { createPrivateKey } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { LocalCa } from "@/server/ca/local/local-ca.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { type Office, openOffice } from "./office.ts";
import { unpack } from "./openssl.ts";

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});

/** Every row of every table as text, octets as hexadecimal. */
async function copy(): Promise<string> {
  const tables = await office.db.$queryRaw<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`;
  const rows = await Promise.all(
    tables.map(({ name }) =>
      office.db.$queryRawUnsafe<{ row: string }[]>(`SELECT t::text AS row FROM "${name}" t`),
    ),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join("\n");
}

const hex = (octets: Uint8Array | string) => Buffer.from(octets).toString("hex");

test("a copy of the database reveals no PIN, ticket, browser key, private key or .p12, at any stage", async () => {
  const waiting = await office.ordered();
  const admitted = await office.admitted();
  const collected = await office.collected();
  const text = await copy();

  // The copy is one in which a secret would be found: certificates are.
  const { der } = await office.db.certificate.findUniqueOrThrow({ where: { orderId: collected.id } });
  expect(text).toContain(hex(der));

  const key = createPrivateKey(unpack(collected.file, collected.pin).key);
  const { d = "", p = "" } = key.export({ format: "jwk" });
  const secrets: Record<string, string> = {
    d: hex(Buffer.from(d, "base64url")),
    p: hex(Buffer.from(p, "base64url")),
    "PKCS #8": hex(key.export({ type: "pkcs8", format: "der" })),
    ".p12": hex(collected.file),
    "a piece of the .p12": hex(collected.file.subarray(200, 232)),
  };
  for (const order of [waiting, admitted, collected]) {
    Object.assign(secrets, {
      [`PIN of ${order.id}`]: order.pin,
      [`PIN of ${order.id} in octets`]: hex(order.pin),
      [`ticket of ${order.id}`]: order.ticket,
      [`ticket of ${order.id} in octets`]: hex(Buffer.from(order.ticket, "base64url")),
      [`ticket of ${order.id} as text in octets`]: hex(order.ticket),
    });
  }
  for (const order of [admitted, collected]) {
    secrets[`browser of ${order.id}`] = order.browser;
    secrets[`browser of ${order.id} in octets`] = hex(Buffer.from(order.browser, "base64url"));
  }
  for (const [name, secret] of Object.entries(secrets)) {
    expect(secret.length, name).toBeGreaterThanOrEqual(16);
    expect(text.includes(secret), name).toBe(false);
  }
});

test("no issuer's key can be read from a copy of the database", async () => {
  for (const { id, sealedKey } of await office.db.issuer.findMany()) {
    if (!sealedKey) throw new Error(`The key of ${id} is missing.`);
    expect(
      () => createPrivateKey({ key: Buffer.from(sealedKey), format: "der", type: "pkcs8" }),
      id,
    ).toThrow();
    // RSAPrivateKey's algorithm identifier, which every PKCS #8 of RSA holds.
    expect(hex(sealedKey), id).not.toContain("06092a864886f70d010101");
    const pkcs8 = office.parts.sealing.open(sealedKey, `issuer-key/${id}`);
    expect(hex(pkcs8), id).toContain("06092a864886f70d010101");
  }
});

test("with another sealing key no wrong PIN and no dead URL are given out, and no right PIN counts as wrong", async () => {
  const { id, pin, ticket } = await office.ordered();
  const mistaken = new LocalCa({ ...office.parts, sealing: sealing(new Uint8Array(32).fill(9)) });
  await expect(mistaken.readPin(id)).rejects.toThrow("SEALING_KEY");
  await expect(mistaken.collectUrl(id, "ja")).rejects.toThrow("SEALING_KEY");
  await expect(mistaken.enterPin({ ticket, pin })).rejects.toThrow("SEALING_KEY");
  expect(await office.ca.readTicket(id)).toMatchObject({ triesLeft: 10 });
  expect(await office.ca.enterPin({ ticket, pin })).toMatchObject({ result: "right" });
});
