/** AWS KMS by its SDK, with one client a region. Credentials, region and endpoint are found as the SDK finds them everywhere. */
import type { KMSClient } from "@aws-sdk/client-kms";
import { KeyFault, type KeyFaultCode } from "./fault.ts";

/** Milliseconds. A signature takes KMS some tens of them; whoever waits is a member at a download. */
const patience = { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
const tries = 4;

const clients = new Map<string, Promise<KMSClient>>();

/** An ARN names its region, which need not be the portal's own. */
function clientFor(key: string): Promise<KMSClient> {
  const region = key.startsWith("arn:") ? (key.split(":")[3] ?? "") : "";
  const known = clients.get(region);
  if (known) return known;
  const client = import("@aws-sdk/client-kms").then(
    ({ KMSClient }) =>
      // It tries again after throttling, faults of the server and lost connections, each time later (its "standard" mode).
      new KMSClient({ ...(region && { region }), maxAttempts: tries, requestHandler: patience }),
  );
  clients.set(region, client);
  client.catch(() => clients.delete(region));
  return client;
}

/** Asks KMS about a key, and says in words what it refused. @throws KeyFault */
export async function askAws<Answer>(
  key: string,
  ask: (client: KMSClient, sdk: typeof import("@aws-sdk/client-kms")) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask(await clientFor(key), await import("@aws-sdk/client-kms"));
  } catch (error) {
    throw inWords(key, error);
  }
}

const words: Record<string, [KeyFaultCode, string]> = {
  AccessDeniedException: [
    "not_allowed",
    "AWS KMS does not let the portal use it: its role or user needs kms:GetPublicKey and kms:Sign for a CA's key, kms:Decrypt for a sealing key.",
  ],
  UnrecognizedClientException: ["not_allowed", "AWS does not know the portal's credentials."],
  InvalidSignatureException: [
    "not_allowed",
    "AWS does not take the portal's credentials: look at the secret and at this machine's clock.",
  ],
  ExpiredTokenException: ["not_allowed", "The portal's credentials for AWS are over."],
  CredentialsProviderError: [
    "not_configured",
    "There are no credentials for AWS: give the portal a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  ],
  NotFoundException: ["not_found", "AWS KMS has no such key in this account and region."],
  DisabledException: ["unusable", "The key is disabled in AWS KMS."],
  KMSInvalidStateException: [
    "unusable",
    "AWS KMS says that the key cannot be used as it is now: it may be scheduled for deletion.",
  ],
  InvalidKeyUsageException: [
    "unusable",
    "The key was made for another use: a CA's key is SIGN_VERIFY, a sealing key ENCRYPT_DECRYPT.",
  ],
  InvalidCiphertextException: [
    "unusable",
    "AWS KMS cannot decrypt it: it was encrypted by another key, or for another purpose, or was changed.",
  ],
  IncorrectKeyException: ["unusable", "It was encrypted by another key of AWS KMS."],
};

function inWords(key: string, error: unknown): unknown {
  if (error instanceof KeyFault) return error;
  const { name = "", message = "" } = error instanceof Error ? error : {};
  if (/Region is missing/.test(message))
    return new KeyFault(
      "not_configured",
      "AWS_REGION is missing: set it, or name the key by its ARN.",
      error,
    );
  const [code, sentence] = words[name] ?? [
    "unreachable",
    `AWS KMS did not answer as it should in ${tries} tries (${name || "no answer"}): look at the network and at AWS's own state.`,
  ];
  return new KeyFault(code, `The key aws-kms:${key} cannot be used. ${sentence}`, error);
}
