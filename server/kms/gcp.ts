/** Google Cloud KMS by its library, over HTTPS. Credentials are found as the library finds them everywhere. */
import { setTimeout as pause } from "node:timers/promises";
import type { KeyManagementServiceClient } from "@google-cloud/kms";
import { crc32c } from "./crc32c.ts";
import { KeyFault, type KeyFaultCode } from "./fault.ts";

/** `GCP_KMS_ENDPOINT`, a URL, where it is not Google's own. */
export type GcpSettings = { GCP_KMS_ENDPOINT?: string | undefined };

/** Milliseconds. A signature takes KMS some tens of them; whoever waits is a member at a download. */
const forOneTry = 5_000;
const tries = 4;

const clients = new Map<string, Promise<KeyManagementServiceClient>>();

function clientAt(endpoint: string): Promise<KeyManagementServiceClient> {
  const known = clients.get(endpoint);
  if (known) return known;
  const client = import("@google-cloud/kms").then(({ KeyManagementServiceClient }) => {
    // By REST, for gRPC's connections do not outlive a function that is frozen between two requests.
    if (!endpoint) return new KeyManagementServiceClient({ fallback: true });
    const { protocol, hostname, port } = new URL(endpoint);
    return new KeyManagementServiceClient({
      fallback: true,
      apiEndpoint: hostname,
      protocol: protocol.slice(0, -1),
      port: Number(port) || (protocol === "http:" ? 80 : 443),
    });
  });
  clients.set(endpoint, client);
  client.catch(() => clients.delete(endpoint));
  return client;
}

/** The library's own way of trying again passes over what a proxy answers in Google's place. */
const patience = { timeout: forOneTry, retry: null };
export type Patience = typeof patience;

/** UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED and INTERNAL. All that is asked here may be asked twice. */
const passing = [14, 4, 8, 13];

function mayPass(error: unknown): boolean {
  const { code, httpStatusCode = 0 } = error as { code?: unknown; httpStatusCode?: number };
  return passing.includes(Number(code)) || httpStatusCode >= 500;
}

async function tryAgain<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt >= tries || !mayPass(error)) throw error;
    }
    // Each time later, and not all at the same moment.
    await pause(100 * 2 ** attempt * (0.5 + Math.random() / 2));
  }
}

/** Asks KMS about a key, and says in words what it refused. @throws KeyFault */
export async function askGcp<Answer>(
  name: string,
  { GCP_KMS_ENDPOINT = "" }: GcpSettings,
  ask: (client: KeyManagementServiceClient, patience: Patience) => Promise<Answer>,
): Promise<Answer> {
  try {
    const client = await clientAt(GCP_KMS_ENDPOINT);
    return await tryAgain(() => ask(client, patience));
  } catch (error) {
    throw inWords(name, error);
  }
}

/** What an int64 of the answer may come as. */
type Wrapped = { value?: number | string | { toString(): string } | null } | null | undefined;

/** Asked with a checksum, answered with one: what was changed on its way either way is not used. @throws KeyFault `wrong_answer` */
export function checked(
  name: string,
  answer: {
    octets: unknown;
    crc32c: Wrapped;
    received?: boolean | null | undefined;
    name?: string | null | undefined;
  },
): Uint8Array {
  const { octets, received = true } = answer;
  const whole =
    octets instanceof Uint8Array &&
    octets.length > 0 &&
    received === true &&
    Number(answer.crc32c?.value?.toString()) === crc32c(octets) &&
    (answer.name === undefined || answer.name === name);
  if (whole) return octets;
  throw new KeyFault(
    "wrong_answer",
    `What Google Cloud KMS answered for gcp-kms:${name} was changed on its way, and is not used: try again, and look at what stands between should it happen again.`,
  );
}

const words: Record<number, [KeyFaultCode, string]> = {
  3: [
    "unusable",
    "Google Cloud KMS finds the request wrong: the key may be for another purpose, or what it should decrypt was encrypted by another or changed.",
  ],
  5: ["not_found", "Google Cloud KMS has no such key."],
  7: [
    "not_allowed",
    "Google Cloud KMS does not let the portal use it: its service account needs roles/cloudkms.signerVerifier for a CA's key, roles/cloudkms.cryptoKeyDecrypter for a sealing key.",
  ],
  9: [
    "unusable",
    "The key's version is disabled or destroyed in Google Cloud KMS, or is for another purpose.",
  ],
  16: [
    "not_allowed",
    "Google does not take the portal's credentials: look at GOOGLE_APPLICATION_CREDENTIALS.",
  ],
};

function inWords(name: string, error: unknown): unknown {
  if (error instanceof KeyFault) return error;
  const { message, code } = error instanceof Error ? (error as Error & { code?: unknown }) : { message: "" };
  if (/default credentials|credentials file|does not exist, or it is not a file/i.test(message ?? ""))
    return new KeyFault(
      "not_configured",
      "There are no credentials for Google Cloud: set GOOGLE_APPLICATION_CREDENTIALS to the path of those of a service account.",
      error,
    );
  const [fault, sentence] = words[Number(code)] ?? [
    "unreachable",
    `Google Cloud KMS did not answer as it should in ${tries} tries (${code ?? "no answer"}): look at the network and at Google's own state.`,
  ];
  return new KeyFault(fault, `The key gcp-kms:${name} cannot be used. ${sentence}`, error);
}
