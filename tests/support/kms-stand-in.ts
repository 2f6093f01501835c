/**
 * What stands for AWS KMS and Google Cloud KMS: a server of this machine that speaks their HTTP APIs and really signs and encrypts, with
 * keys of its own. It refuses what those would refuse, and fails as it is told to.
 */

import { execFile } from "node:child_process";
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32c } from "@/server/kms/crc32c.ts";
import { generateEcKey, generateRsaKey, type KeyPair, spki } from "@/server/pki/keys.ts";
import { listen, type Received } from "./listen.ts";

/** What goes wrong with the next requests, one each. `lost`: it never answers. `changed`: what it answers is changed on its way. */
export type Fault = "denied" | "throttled" | "broken" | "lost" | "other key" | "changed" | "not received";

export const region = "ap-northeast-1";
export const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

export type KmsStandIn = Awaited<ReturnType<typeof kmsStandIn>>;

type SigningKey = KeyPair & { gcp: string; aws: string };

export async function kmsStandIn() {
  const folder = mkdtempSync(join(tmpdir(), "kms-"));
  const faults: Fault[] = [];
  const asked: string[] = [];
  const secrets = new Map<string, Buffer>([
    ["wrapper", randomBytes(32)],
    ["other-wrapper", randomBytes(32)],
  ]);
  const keys: Record<string, SigningKey> = {
    rsa: {
      ...(await generateRsaKey(3072)),
      gcp: "RSA_SIGN_PKCS1_3072_SHA256",
      aws: "RSASSA_PKCS1_V1_5_SHA_256",
    },
    p256: { ...(await generateEcKey("P-256")), gcp: "EC_SIGN_P256_SHA256", aws: "ECDSA_SHA_256" },
    p384: { ...(await generateEcKey("P-384")), gcp: "EC_SIGN_P384_SHA384", aws: "ECDSA_SHA_384" },
    pss: { ...(await generateRsaKey(2048)), gcp: "RSA_SIGN_PSS_2048_SHA256", aws: "RSASSA_PSS_SHA_256" },
  };

  /** By OpenSSL, for node:crypto signs no digest that somebody else made. */
  function signDigest(privateKey: KeyObject, digest: Buffer): Promise<Buffer> {
    const [key, input] = [
      join(folder, randomBytes(8).toString("hex")),
      join(folder, randomBytes(8).toString("hex")),
    ];
    writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }));
    writeFileSync(input, digest);
    const hash = { 32: "sha256", 48: "sha384" }[digest.length] ?? "none";
    const options = privateKey.asymmetricKeyType === "rsa" ? ["-pkeyopt", `digest:${hash}`] : [];
    return new Promise((done, fail) =>
      execFile(
        "openssl",
        ["pkeyutl", "-sign", "-inkey", key, "-in", input, ...options],
        { encoding: "buffer" },
        (error, signature) => (error ? fail(error) : done(signature)),
      ),
    );
  }

  const sealed = (key: Buffer, plain: Buffer, aad: Buffer) => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(aad);
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  };
  const opened = (key: Buffer, box: Buffer, aad: Buffer) => {
    const decipher = createDecipheriv("aes-256-gcm", key, box.subarray(0, 12))
      .setAAD(aad)
      .setAuthTag(box.subarray(-16));
    return Buffer.concat([decipher.update(box.subarray(12, -16)), decipher.final()]);
  };

  async function aws(received: Received, fault: Fault | undefined): Promise<Response> {
    const refuse = (type: string, status = 400) =>
      Response.json({ __type: type, message: type }, { status, headers: { "x-amzn-errortype": type } });
    if (fault === "denied") return refuse("AccessDeniedException");
    if (fault === "throttled") return refuse("ThrottlingException");
    if (!isSigned(received)) return refuse("InvalidSignatureException");
    const request = JSON.parse(received.body);
    const name = String(request.KeyId).split("/").at(-1) ?? "";
    const [key, secret] = [keys[name], secrets.get(name)];
    const aad = Buffer.from(JSON.stringify(request.EncryptionContext ?? {}));
    switch (received.headers.get("x-amz-target")) {
      case "TrentService.GetPublicKey":
        if (secret) return refuse("UnsupportedOperationException");
        if (!key) return refuse("NotFoundException");
        return Response.json({
          KeyId: request.KeyId,
          PublicKey: Buffer.from(spki(key.publicKey)).toString("base64"),
          KeyUsage: "SIGN_VERIFY",
        });
      case "TrentService.Sign": {
        if (!key) return refuse("NotFoundException");
        const digest = Buffer.from(request.Message, "base64");
        const wanted = Number(key.aws.match(/\d+$/)?.[0]) / 8;
        if (request.MessageType !== "DIGEST" || digest.length !== wanted)
          return refuse("ValidationException");
        if (request.SigningAlgorithm !== key.aws) return refuse("InvalidKeyUsageException");
        const signature = await signDigest(signingKey(key, fault), digest);
        return Response.json({ KeyId: request.KeyId, Signature: signature.toString("base64") });
      }
      case "TrentService.Encrypt":
        if (!secret) return refuse("NotFoundException");
        return Response.json({
          CiphertextBlob: sealed(secret, Buffer.from(request.Plaintext, "base64"), aad).toString("base64"),
        });
      case "TrentService.Decrypt":
        if (!secret) return refuse("NotFoundException");
        try {
          const plain = opened(secret, Buffer.from(request.CiphertextBlob, "base64"), aad);
          return Response.json({ Plaintext: plain.toString("base64") });
        } catch {
          return refuse("InvalidCiphertextException");
        }
      default:
        return refuse("UnknownOperationException");
    }
  }

  async function gcp(received: Received, fault: Fault | undefined): Promise<Response> {
    const refuse = (code: number, status: string) =>
      Response.json({ error: { code, status, message: status } }, { status: code });
    if (fault === "denied") return refuse(403, "PERMISSION_DENIED");
    if (fault === "throttled") return refuse(429, "RESOURCE_EXHAUSTED");
    if (!/^Bearer \S+$/.test(received.headers.get("authorization") ?? ""))
      return refuse(401, "UNAUTHENTICATED");
    const { pathname } = new URL(received.path, "http://kms");
    const [, name = "", id = "", verb] =
      /^\/v1\/(projects\/p\/locations\/l\/keyRings\/r\/cryptoKeys\/([\w-]+)(?:\/cryptoKeyVersions\/1)?)(?:\/|:)(\w+)$/.exec(
        pathname,
      ) ?? [];
    const [key, secret] = [keys[id], secrets.get(id)];
    const body = received.body ? JSON.parse(received.body) : {};
    const octets = (field: string) => Buffer.from(body[field] ?? "", "base64");
    const whole = (octets: Buffer, sum: unknown) => String(crc32c(octets)) === String(sum);
    const sum = (octets: Buffer) => String((crc32c(octets) ^ (fault === "changed" ? 1 : 0)) >>> 0);
    const receivedWhole = fault !== "not received";
    if (!key && !secret) return refuse(404, "NOT_FOUND");
    if (verb === "publicKey" && key) {
      const pem = key.publicKey.export({ type: "spki", format: "pem" }).toString();
      return Response.json({ name, pem, pemCrc32c: sum(Buffer.from(pem)), algorithm: key.gcp });
    }
    if (verb === "asymmetricSign" && key) {
      const [hash = "", base64] = Object.entries(body.digest ?? {})[0] ?? [];
      const digest = Buffer.from(String(base64 ?? ""), "base64");
      const right = key.gcp.endsWith(hash.toUpperCase()) && digest.length * 8 === Number(hash.slice(3));
      if (!right || !whole(digest, body.digestCrc32c)) return refuse(400, "INVALID_ARGUMENT");
      const signature = await signDigest(signingKey(key, fault), digest);
      return Response.json({
        name,
        signature: signature.toString("base64"),
        signatureCrc32c: sum(signature),
        verifiedDigestCrc32c: receivedWhole,
      });
    }
    const aad = octets("additionalAuthenticatedData");
    if (!secret || !whole(aad, body.additionalAuthenticatedDataCrc32c))
      return refuse(400, "INVALID_ARGUMENT");
    if (verb === "encrypt") {
      if (!whole(octets("plaintext"), body.plaintextCrc32c)) return refuse(400, "INVALID_ARGUMENT");
      const ciphertext = sealed(secret, octets("plaintext"), aad);
      return Response.json({
        name: `${name}/cryptoKeyVersions/1`,
        ciphertext: ciphertext.toString("base64"),
        ciphertextCrc32c: sum(ciphertext),
        verifiedPlaintextCrc32c: receivedWhole,
        verifiedAdditionalAuthenticatedDataCrc32c: receivedWhole,
      });
    }
    try {
      if (!whole(octets("ciphertext"), body.ciphertextCrc32c)) throw new Error("changed");
      const plaintext = opened(secret, octets("ciphertext"), aad);
      return Response.json({ plaintext: plaintext.toString("base64"), plaintextCrc32c: sum(plaintext) });
    } catch {
      return refuse(400, "INVALID_ARGUMENT");
    }
  }

  const signingKey = (key: SigningKey, fault: Fault | undefined): KeyObject => {
    if (fault !== "other key") return key.privateKey;
    const other = Object.values(keys).find(
      (each) => each !== key && each.privateKey.asymmetricKeyType === key.privateKey.asymmetricKeyType,
    );
    return other?.privateKey ?? key.privateKey;
  };

  const server = await listen(async (received) => {
    // Google's library may ask for a token first.
    if (received.path === "/token")
      return Response.json({ access_token: "token", expires_in: 3600, token_type: "Bearer" });
    asked.push(received.headers.get("x-amz-target") ?? new URL(received.path, "http://kms").pathname);
    const fault = faults.shift();
    if (fault === "lost") return new Promise<Response>(() => {});
    if (fault === "broken") return new Response("{}", { status: 500 });
    return received.headers.has("x-amz-target") ? aws(received, fault) : gcp(received, fault);
  });

  const serviceAccount = join(folder, "service-account.json");
  writeFileSync(
    serviceAccount,
    JSON.stringify({
      type: "service_account",
      project_id: "p",
      client_email: "portal@p.iam.gserviceaccount.com",
      private_key: (await generateRsaKey(2048)).privateKey.export({ type: "pkcs8", format: "pem" }),
      token_uri: `${server.url}/token`,
    }),
  );

  return {
    url: server.url,
    keys,
    /** What was asked so far, by name. */
    asked,
    /** For the SDKs, which read them themselves. */
    environment: {
      AWS_REGION: region,
      AWS_ENDPOINT_URL_KMS: server.url,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      GOOGLE_APPLICATION_CREDENTIALS: serviceAccount,
      GCP_KMS_ENDPOINT: server.url,
    },
    failWith(...next: Fault[]) {
      faults.splice(0, faults.length, ...next);
    },
    async close() {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** AWS Signature Version 4, worked out anew. */
function isSigned({ method, path, headers, body }: Received): boolean {
  const [, id, date = "", names = "", signature] =
    /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/ap-northeast-1\/kms\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
      headers.get("authorization") ?? "",
    ) ?? [];
  if (!signature) return false;
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const mac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const signed = names.split(";").map((name) => `${name}:${headers.get(name)}\n`);
  const request = [method, path, "", signed.join(""), names, hash(body)].join("\n");
  const scope = `${date}/ap-northeast-1/kms/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", headers.get("x-amz-date"), scope, hash(request)].join("\n");
  const key = [date, region, "kms", "aws4_request"].reduce<string | Buffer>(
    mac,
    `AWS4${credentials.secretAccessKey}`,
  );
  return (
    id === credentials.accessKeyId &&
    mac(key, text).toString("hex") === signature &&
    names.includes("x-amz-target")
  );
}
