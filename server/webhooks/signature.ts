/** How a receiver knows that a call is the portal's: Standard Webhooks 1.0 (https://www.standardwebhooks.com), symmetric. */
import { createHmac, randomBytes } from "node:crypto";

/** 32 octets, as the specification writes them: `whsec_` and base64. */
export function newSecret(): { octets: Buffer; text: string } {
  const octets = randomBytes(32);
  return { octets, text: `whsec_${octets.toString("base64")}` };
}

/** @param id the same at every attempt @param at of this attempt: a receiver refuses what is older than five minutes */
export function signedHeaders(secret: Uint8Array, id: string, at: Date, body: string) {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}
