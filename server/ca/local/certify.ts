/** STEP2 for a key made elsewhere: whoever proves to have it is given its certificate. The private key never comes here. */
import { hash } from "node:crypto";
import type { Certificate, Ticket } from "../../generated/prisma/client.ts";
import { PkiError } from "../../pki/errors.ts";
import { readRequest } from "../../pki/read-request.ts";
import type { KeyOrigin } from "../../ports.ts";
import { standsFor, type Wish } from "./issue.ts";
import { isFromRequest } from "./standing.ts";
import { hashOf } from "./tickets.ts";
import { type CertifyAnswer, fileNameOf, friendlyNameOf } from "./views.ts";
import type { World } from "./world.ts";

/** A certificate request (PKCS #10, DER or PEM), and where its key was made. */
export type CertificateRequest = {
  ticket: string;
  browser: string;
  request: Uint8Array;
  /**
   * As whoever asks says: a request does not show where its key was made. What the institution allows decides which ways its members are
   * offered, and a member with a client of their own may call one kind of request the other. Whether the server makes the key is certain.
   */
  origin: Exclude<KeyOrigin, "server">;
};

/**
 * One certificate for a ticket. Asked again with the same key, also much later or from another browser that gave the PIN, it gives that
 * certificate again. Of the request only its key is taken: what the certificate says was settled when it was ordered.
 */
export async function certify(world: World, asked: CertificateRequest): Promise<CertifyAnswer> {
  const refusal = await refusalOf(world, asked);
  if (refusal) return refusal;
  try {
    return await answer(world, wishOf(asked));
  } catch (error) {
    if (error instanceof PkiError) return { result: "unusable", code: error.code };
    throw error;
  }
}

/** Looked at first: to read a request and to verify its signature is work, which a stranger is not to make the server do. */
async function refusalOf(world: World, asked: CertificateRequest): Promise<CertifyAnswer | null> {
  const { origin } = asked;
  const found = await world.look(hashOf(asked.ticket));
  const stands = standsFor({ browser: hashOf(asked.browser), origin }, found, world.now());
  if (stands.result === "refused") return stands;
  return stands.result === "made" && !isGivenAgain(world, stands.ticket)
    ? { result: "refused", because: "used" }
    : null;
}

/** Whether its certificate, which is there, is given to whoever shows its request. */
function isGivenAgain(world: World, ticket: Ticket): boolean {
  return isFromRequest(ticket) && ticket.confirmedAt === null && ticket.expiresAt > world.now();
}

/** @throws PkiError for a request that cannot be read, or does not prove that its key is there */
function wishOf({ ticket, browser, request, origin }: CertificateRequest): Wish {
  const { publicKey, spki } = readRequest(request);
  const keyHash = Uint8Array.from(hash("sha256", spki, "buffer"));
  return { ticket: hashOf(ticket), browser: hashOf(browser), origin, publicKey, keyHash };
}

async function answer(world: World, wish: Wish): Promise<CertifyAnswer> {
  const granted = await world.issue(wish);
  if (granted.result !== "made") return granted;
  const { ticket } = granted;
  const { orderId } = ticket;
  const certificate = granted.certificate ?? (await world.db.certificate.findUnique({ where: { orderId } }));
  if (!certificate || !isGivenAgain(world, ticket)) return { result: "refused", because: "used" };
  if (!certificate.keyHash || Buffer.compare(certificate.keyHash, wish.keyHash) !== 0) {
    return { result: "refused", because: "other_key" };
  }
  return certificateAnswer(world, ticket, certificate);
}

/** The certificate and what belongs to it; none of it is a secret. */
export async function certificateAnswer(
  world: World,
  ticket: Ticket,
  certificate: Pick<Certificate, "issuerId" | "der">,
): Promise<CertifyAnswer> {
  const issuer = (await world.issuers()).byId.get(certificate.issuerId);
  return {
    result: "certificate",
    certificate: certificate.der,
    chain: issuer?.chain ?? [],
    fileName: fileNameOf(ticket),
    friendlyName: friendlyNameOf(ticket),
    until: ticket.expiresAt,
  };
}
