import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { encodeEntry, type RevocationList, type RevokedCertificate } from "@/server/pki/crl.ts";
import { joined } from "@/server/pki/der.ts";
import { clientAuthProfile } from "@/server/pki/profile.ts";
import { newSerial, serialHex } from "@/server/pki/serial.ts";
import { run, tool } from "@/tests/support/tools.ts";
import { crlOf, folder, type Hierarchy, hierarchy, holder, issue, newKey, now, policy } from "./hierarchy.ts";

const base = "http://portal.example.ac.jp/pki";
const freshestUrl = `${base}/client.delta.crl`;

let ours: Hierarchy;
beforeAll(async () => {
  ours = await hierarchy("RSA-2048");
});

const refused = (code: string) => expect.objectContaining({ code });

describe.skipIf(!tool("openssl"))("OpenSSL, with a complete list and a delta,", () => {
  const serials = { kept: newSerial(), before: newSerial(), since: newSerial(), again: newSerial() };
  const revoked = (serial: Uint8Array, reason = 4): RevokedCertificate => ({
    serial: serialHex(serial),
    at: now,
    reason,
  });
  let place: ReturnType<typeof folder>;

  /** Under names of their own: of each scope a complete list, number 5, and a delta, number 6, that adds to it. */
  async function listsOf(scope: { url?: string }, freshest: string) {
    const before = [revoked(serials.before), revoked(serials.again, 6)];
    const since = [revoked(serials.since), revoked(serials.again, 8)];
    return [
      await crlOf(ours.client, before, { ...scope, number: 5, freshestUrl: freshest }),
      await crlOf(ours.client, since, { ...scope, number: 6, base: 5 }),
    ] as const;
  }

  beforeAll(async () => {
    const caIssuersUrl = `${base}/client.cer`;
    const files: Record<string, Uint8Array> = {
      "root.pem": ours.root.certificate,
      "issuing.pem": ours.client.certificate,
    };
    for (const [name, crlUrl] of Object.entries({
      whole: `${base}/client.crl`,
      shard: `${base}/client.1.crl`,
    })) {
      const profile = clientAuthProfile({ publication: { caIssuersUrl, crlUrl }, policy });
      for (const [which, serial] of Object.entries(serials)) {
        const subject = holder(await newKey("P-256"), { serial });
        files[`${name}-${which}.pem`] = await issue(ours.client, profile, subject);
      }
    }
    [files["whole.crl.pem"], files["whole-delta.crl.pem"]] = await listsOf({}, freshestUrl);
    const shard = { url: `${base}/client.1.crl` };
    [files["shard.crl.pem"], files["shard-delta.crl.pem"]] = await listsOf(
      shard,
      `${base}/client.1.delta.crl`,
    );
    place = folder(files);
  });
  afterAll(() => place.remove());

  function verify(file: string, ...lists: string[]) {
    const crls = lists.flatMap((list) => ["-CRLfile", `${list}.crl.pem`]);
    const checks = [
      "-x509_strict",
      "-crl_check",
      "-extended_crl",
      ...(lists.length > 1 ? ["-use_deltas"] : []),
    ];
    const chain = ["-CAfile", "root.pem", "-untrusted", "issuing.pem"];
    return run("openssl", ["verify", ...checks, ...crls, ...chain, `${file}.pem`], { cwd: place.path });
  }

  describe.each(["whole", "shard"])("for the certificates of the %s list,", (scope) => {
    test.each(["kept", "since"])("by the complete list alone lets pass what is %s", (which) => {
      const file = `${scope}-${which}`;
      expect(verify(file, scope)).toEqual({ ok: true, said: `${file}.pem: OK\n` });
    });

    test.each(["before", "again"])("by the complete list alone stops what was revoked %s", (which) => {
      expect(verify(`${scope}-${which}`, scope).said).toContain("certificate revoked");
    });

    test.each(["before", "since"])("by both stops what was revoked %s", (which) => {
      expect(verify(`${scope}-${which}`, scope, `${scope}-delta`).said).toContain("certificate revoked");
    });

    test.each(["kept", "again"])("by both lets pass what is valid, %s", (which) => {
      const file = `${scope}-${which}`;
      expect(verify(file, scope, `${scope}-delta`)).toEqual({ ok: true, said: `${file}.pem: OK\n` });
    });
  });

  it("takes the whole list for a certificate that names a shard, and no shard for any other", () => {
    // Without a distribution point of its own a list speaks for all that its issuer signed (§5.2.5).
    expect(verify("shard-kept", "whole")).toEqual({ ok: true, said: "shard-kept.pem: OK\n" });
    expect(verify("shard-before", "whole").said).toContain("certificate revoked");
    expect(verify("whole-kept", "shard").said).toContain("different CRL scope");
  });

  it("reads what each says of the other", () => {
    const text = (file: string) =>
      run("openssl", ["crl", "-in", file, "-noout", "-text"], { cwd: place.path }).said;
    expect(text("whole.crl.pem")).toMatch(
      /X509v3 Freshest CRL:\s+Full Name:\s+URI:http:\/\/portal\.example\.ac\.jp\/pki\/client\.delta\.crl/,
    );
    const delta = text("shard-delta.crl.pem");
    expect(delta).toMatch(/X509v3 Delta CRL Indicator: critical\s+5\n/);
    expect(delta).toMatch(/X509v3 CRL Number:\s+6\n/);
    expect(delta).toMatch(/Issuing Distribution Point: critical\s+Full Name:\s+URI:\S+client\.1\.crl/);
    expect(delta).toContain("Remove From CRL");
    expect(delta).not.toContain("Freshest");
  });

  it.skipIf(!tool("certtool"))("as GnuTLS, verifies each", () => {
    for (const list of ["whole", "whole-delta", "shard", "shard-delta"]) {
      const args = ["--verify-crl", "--load-ca-certificate", "issuing.pem", "--infile", `${list}.crl.pem`];
      expect(run("certtool", args, { cwd: place.path }).said).toContain("Verified.");
    }
  });

  it.skipIf(!tool("keytool"))("as Java, reads each", () => {
    for (const list of ["whole", "whole-delta", "shard", "shard-delta"]) {
      const { ok, said } = run("keytool", ["-printcrl", "-file", `${list}.crl.pem`], { cwd: place.path });
      expect(said).toContain("CN=Demo Client CA");
      expect(said.match(/SerialNumber: /g)).toHaveLength(2);
      expect(ok).toBe(true);
    }
  });
});

describe("entries that were encoded before", () => {
  const reasons = [undefined, 0, 1, 2, 3, 4, 5, 6, 9, 10];
  const entries = reasons.map((reason, n) => ({
    serial: serialHex(Uint8Array.of(0x40 + 0x10 * n, n)),
    at: new Date(Date.UTC(2026 + 3 * n, 3, 1, 2, 3, 4)),
    ...(reason === undefined ? {} : { reason }),
  }));

  it("give the same list as when they are encoded now", async () => {
    const kept = entries.map(encodeEntry);
    const pieces = [joined(...kept.slice(0, 3)), new Uint8Array(0), joined(...kept.slice(3))];
    // Only the signature differs, and with RSA not even that.
    const list = await crlOf(ours.client, entries);
    expect(await crlOf(ours.client, kept)).toEqual(list);
    expect(await crlOf(ours.client, pieces)).toEqual(list);
    expect(await crlOf(ours.client, [joined(...kept)])).toEqual(list);
    expect(await crlOf(ours.client, [new Uint8Array(0)])).toEqual(await crlOf(ours.client, []));
  });

  it("are an entry each, and hold nothing else in memory", () => {
    for (const entry of entries) {
      const encoded = encodeEntry(entry);
      expect(encoded.buffer.byteLength).toBe(encoded.length);
      expect(encoded[1]).toBe(encoded.length - 2);
    }
  });

  test.each<[string, (kept: Uint8Array) => Uint8Array]>([
    ["the last of which is cut off", (kept) => kept.subarray(0, -1)],
    ["the first of which is cut off", (kept) => kept.subarray(1)],
    ["of which nothing but a tag is left", (kept) => kept.subarray(0, 1)],
    ["with something between them", (kept) => joined(kept, Uint8Array.of(0x05, 0x00), kept)],
    ["with an element that has no serial", (kept) => joined(kept, Uint8Array.of(0x30, 0x02, 0x05, 0x00))],
    ["longer than any", (kept) => joined(kept, Uint8Array.of(0x30, 0x70, 0x02), new Uint8Array(0x6f))],
  ])("make no list %s", async (_, spoil) => {
    const kept = joined(...entries.map(encodeEntry));
    await expect(crlOf(ours.client, [spoil(kept)])).rejects.toThrow(refused("list_malformed"));
    await expect(crlOf(ours.client, [kept, spoil(kept)])).rejects.toThrow(refused("list_malformed"));
  });

  it("make no list where a piece ends within an entry, though the next goes on with it", async () => {
    const kept = joined(...entries.map(encodeEntry));
    const halves = [kept.subarray(0, 5), kept.subarray(5)];
    await expect(crlOf(ours.client, halves)).rejects.toThrow(refused("list_malformed"));
  });

  it("are refused alone as in a list", () => {
    expect(() => encodeEntry({ serial: "00", at: now })).toThrow(refused("serial_malformed"));
    expect(() => encodeEntry({ serial: "0a", at: now, reason: 8 })).toThrow(refused("reason_malformed"));
  });
});

test.each<[string, Partial<RevocationList>, string]>([
  ["no delta to a list that comes after it", { number: 5, base: 6 }, "number_malformed"],
  ["no delta that says where a delta is", { number: 6, base: 5, freshestUrl }, "list_malformed"],
  ["no number of more than 20 octets", { number: 2n ** 159n }, "number_malformed"],
  ["no number below 0", { number: -1 }, "number_malformed"],
  ["no base below 0", { base: -1 }, "number_malformed"],
  ["no address that is none", { freshestUrl: "client.delta.crl" }, "url_malformed"],
])("there is %s", async (_, part, code) => {
  await expect(crlOf(ours.client, [], part)).rejects.toThrow(refused(code));
});
