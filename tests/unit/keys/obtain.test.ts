/** The way from a PIN to a certificate of a key that only the browser has, cut off wherever it can be. */
import { createPublicKey, randomBytes } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { checkAnswer } from "@/components/keys/check-answer.ts";
import type { KeptRequests } from "@/components/keys/kept-requests.ts";
import {
  type CertifyReply,
  type KeyAnswer,
  type KeyWanted,
  obtainCertificate,
  obtainKey,
  type Stage,
} from "@/components/keys/obtain.ts";
import { makeRequest, type OwnRequest } from "@/components/keys/own-request.ts";
import { type SealedRequest, sealRequest } from "@/components/keys/sealed-request.ts";
import { generateEcKey } from "@/server/pki/keys.ts";
import { type Hierarchy, hierarchy, holder, issue, keyNames, profiles } from "@/tests/unit/pki/hierarchy.ts";

const pin = "b4qsuFYqxpyq234D";
const ticket = randomBytes(32).toString("hex");
const madeAt = Date.UTC(2026, 10, 22);
const now = () => madeAt;
const silent = () => {};
const wanted: KeyWanted = { ticket, pin, kind: "p-256", name: "client-11", isCertified: false };

/** What a browser keeps, in memory. */
function drawer(): KeptRequests & { held: Map<string, SealedRequest> } {
  const held = new Map<string, SealedRequest>();
  return {
    held,
    find: async (ticket) => held.get(ticket) ?? null,
    async keepFirst(request) {
      if (!held.has(request.ticket)) held.set(request.ticket, request);
      return held.get(request.ticket) as SealedRequest;
    },
    async forget(ticket) {
      held.delete(ticket);
    },
    sweep: async () => {},
  };
}

function requestOf(answer: KeyAnswer): OwnRequest {
  if (answer.result !== "key") throw new Error(answer.result);
  return answer.request;
}

describe("a key", () => {
  let kept: ReturnType<typeof drawer>;
  beforeEach(() => {
    kept = drawer();
  });

  test("is kept, sealed, before it is given to be sent", async () => {
    const stages: Stage[] = [];
    const answer = await obtainKey(kept, wanted, now, (stage) => stages.push(stage));
    expect(answer).toMatchObject({ result: "key", unkept: null });
    expect(kept.held.get(ticket)).toMatchObject({ ticket, madeAt });
    expect(stages).toEqual(["making", "keeping"]);
  });

  test("is the same one whenever one comes back", async () => {
    const first = requestOf(await obtainKey(kept, wanted, now, silent));
    const stages: Stage[] = [];
    const again = await obtainKey(kept, { ...wanted, isCertified: true, kind: "rsa-2048" }, now, (stage) =>
      stages.push(stage),
    );
    expect(requestOf(again)).toEqual(first);
    expect(stages).toEqual(["opening"]);
  });

  test("is one for two tabs that are pressed at once", async () => {
    const [one, other] = await Promise.all([
      obtainKey(kept, wanted, now, silent),
      obtainKey(kept, wanted, now, silent),
    ]);
    expect(requestOf(one)).toEqual(requestOf(other));
    expect(kept.held.size).toBe(1);
  });

  test("that the browser cannot keep is given with what its holder may keep as a file", async () => {
    const full = { ...kept, keepFirst: () => Promise.reject(new DOMException("", "QuotaExceededError")) };
    for (const place of [null, full]) {
      const answer = await obtainKey(place, wanted, now, silent);
      expect(answer).toMatchObject({ result: "key", unkept: { ticket } });
      const brought = answer.result === "key" ? answer.unkept : null;
      const back = await obtainKey(null, { ...wanted, isCertified: true, brought }, now, silent);
      expect(requestOf(back)).toEqual(requestOf(answer));
    }
  });

  test("is not made anew for a certificate that exists", async () => {
    expect(await obtainKey(kept, { ...wanted, isCertified: true }, now, silent)).toEqual({
      result: "key_gone",
    });
    expect(await obtainKey(null, { ...wanted, isCertified: true }, now, silent)).toEqual({
      result: "key_gone",
    });
    expect(kept.held.size).toBe(0);
  });

  test("whose record is spoiled is made anew while there is no certificate, and missed once there is one", async () => {
    const sealed = await sealRequest(await makeRequest("p-256", "x"), { pin, ticket, madeAt });
    const spoiled = { ...sealed, sealed: sealed.sealed.slice(1) };
    kept.held.set(ticket, spoiled);
    expect(await obtainKey(kept, { ...wanted, isCertified: true }, now, silent)).toEqual({
      result: "key_gone",
    });
    kept.held.set(ticket, spoiled);
    expect(await obtainKey(kept, wanted, now, silent)).toMatchObject({ result: "key", unkept: null });
    expect(kept.held.get(ticket)).not.toBe(spoiled);
  });

  test("from a file that the PIN does not open is not replaced by another", async () => {
    const brought = await sealRequest(await makeRequest("p-256", "x"), { pin: "other", ticket, madeAt });
    expect(await obtainKey(kept, { ...wanted, brought }, now, silent)).toEqual({ result: "key_gone" });
    expect(kept.held.size).toBe(0);
  });

  test("that the browser fails to make leaves nothing behind", async () => {
    const broken = { ...wanted, kind: "p-256", name: "" } as const;
    expect(await obtainKey(kept, broken, now, silent)).toEqual({ result: "not_made" });
    expect(kept.held.size).toBe(0);
  });
});

describe.each(keyNames)("an answer of a CA with %s keys", async (keyName) => {
  const authorities = await hierarchy(keyName);
  const chain = [authorities.client.certificate, authorities.root.certificate];

  async function certificateFor(spki: Uint8Array, by: Hierarchy = authorities): Promise<Uint8Array> {
    const publicKey = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
    return issue(by.client, profiles.client, holder({ ...(await generateEcKey("P-256")), publicKey }));
  }

  test("fits when it is of the key and its issuers have signed", async () => {
    const { spki } = await makeRequest("p-256", "x");
    expect(await checkAnswer(spki, await certificateFor(spki), chain)).toBe("fits");
  });

  test("is refused when it is of another key", async () => {
    const [{ spki }, other] = [await makeRequest("p-256", "x"), await makeRequest("p-256", "x")];
    expect(await checkAnswer(spki, await certificateFor(other.spki), chain)).toBe("other_key");
  });

  test("is refused when an issuer is missing, is another, or has not signed", async () => {
    const { spki } = await makeRequest("p-256", "x");
    const certificate = await certificateFor(spki);
    const strangers = await hierarchy("P-256");
    expect(await checkAnswer(spki, certificate, [])).toBe("broken_chain");
    expect(await checkAnswer(spki, certificate, chain.slice(1))).toBe("broken_chain");
    expect(await checkAnswer(spki, certificate, chain.toReversed())).toBe("broken_chain");
    // Of the same names, but with keys of their own.
    expect(
      await checkAnswer(spki, certificate, [strangers.client.certificate, strangers.root.certificate]),
    ).toBe("broken_chain");
    expect(
      await checkAnswer(spki, certificate, [authorities.client.certificate, strangers.root.certificate]),
    ).toBe("broken_chain");
    const last = certificate.length - 1;
    const bent = certificate.map((octet, i) => (i === last ? octet ^ 1 : octet));
    expect(await checkAnswer(spki, bent, chain)).toBe("broken_chain");
  });

  test("is refused when it is no certificate", async () => {
    const { spki } = await makeRequest("p-256", "x");
    for (const octets of [new Uint8Array(0), Uint8Array.of(0x30, 0x80), Uint8Array.from(randomBytes(900))]) {
      expect(await checkAnswer(spki, octets, chain)).toBe("unreadable");
    }
  });

  test("is asked for by the request alone, and is worth a .p12 only when it fits", async () => {
    const request = await makeRequest("p-256", "x");
    const sent: string[] = [];
    const certificate = Uint8Array.from(await certificateFor(request.spki));
    const good: CertifyReply = {
      result: "certificate",
      certificate,
      chain: chain.map((der) => Uint8Array.from(der)),
      fileName: "client-11.p12",
      friendlyName: "client-11",
      until: new Date(madeAt),
    };
    const certify = async (body: string) => {
      sent.push(body);
      return good;
    };
    const outcome = await obtainCertificate(request, certify, silent);
    expect(outcome).toMatchObject({ result: "certificate", own: { certificate, fileName: "client-11.p12" } });
    expect(sent).toEqual([Buffer.from(request.csr).toString("base64")]);
    const other = await makeRequest("p-256", "x");
    expect(await obtainCertificate(other, certify, silent)).toEqual({ result: "wrong_answer" });
    const dead = () => Promise.reject(new TypeError("Failed to fetch"));
    expect(await obtainCertificate(request, dead, silent)).toEqual({ result: "unreached" });
    const refused = { result: "refused", because: "other_key" } as const;
    expect(await obtainCertificate(request, async () => refused, silent)).toEqual(refused);
  });
});
