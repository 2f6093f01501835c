/** STEP2 for a key made elsewhere: whoever proves to have it is given its certificate. The private key never comes here. */
import { hash } from "node:crypto";
import type { Actor } from "../../audit/actor.ts";
import type { Certificate, Ticket } from "../../generated/prisma/client.ts";
import { PkiError } from "../../pki/errors.ts";
import { readRequest } from "../../pki/read-request.ts";
import type { KeyOrigin } from "../../ports.ts";
import { type Granted, issueAll, standsFor, type Wish } from "./issue.ts";
import { isFromRequest } from "./standing.ts";
import { hashOf } from "./tickets.ts";
import { type CertifyAnswer, fileNameOf, friendlyNameOf } from "./views.ts";
import { findTickets, type World } from "./world.ts";

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
  by?: Actor;
};

/**
 * One certificate for each ticket, for however many ask at once. Asked again with the same key, also much later or from another browser that
 * gave the PIN, it gives that certificate again. Of the request only its key is taken: what the certificate says was settled when it was ordered.
 */
export async function certifyAll(
  world: World,
  asked: readonly CertificateRequest[],
): Promise<CertifyAnswer[]> {
  const holders = asked.map(({ ticket, browser }) => ({ ticket: hashOf(ticket), browser: hashOf(browser) }));
  const tickets = await findTickets(
    world.db,
    holders.map(({ ticket }) => ticket),
  );
  // Looked at first: to read a request and to verify its signature is work, which a stranger is not to make the server do.
  const heard = await Promise.all(
    holders.map((holder, n) => {
      const one = asked[n] as CertificateRequest;
      const { origin } = one;
      return refusalOf(world, { ...holder, origin }, tickets[n] ?? null) ?? wishOf(holder, one);
    }),
  );
  const wishes = heard.filter(isWish);
  const granted = wishes.length > 0 ? await issueAll(world, wishes) : [];
  const grantedTo = new Map(wishes.map((wish, n) => [wish, granted[n] as Granted]));
  return Promise.all(
    heard.map((one) => (isWish(one) ? answer(world, one, grantedTo.get(one) as Granted) : one)),
  );
}

function isWish(one: Wish | CertifyAnswer): one is Wish {
  return "keyHash" in one;
}

/** As the database knows them. */
type Holder = Pick<Wish, "ticket" | "browser">;

function refusalOf(
  world: World,
  holder: Pick<Wish, "browser" | "origin">,
  found: Ticket | null,
): CertifyAnswer | null {
  const stands = standsFor(holder, found, world.now());
  if (stands.result === "refused") return stands;
  return stands.result === "made" && !isGivenAgain(world, stands.ticket)
    ? { result: "refused", because: "used" }
    : null;
}

/** Whether its certificate, which is there, is given to whoever shows its request. */
function isGivenAgain(world: World, ticket: Ticket): boolean {
  return isFromRequest(ticket) && ticket.confirmedAt === null && ticket.expiresAt > world.now();
}

/** Of a request that cannot be read, or does not prove that its key is there: what is wrong with it, and nobody else's wish is the worse for it. */
async function wishOf(
  holder: Holder,
  { request, origin, by }: CertificateRequest,
): Promise<Wish | CertifyAnswer> {
  try {
    const { publicKey, spki } = await readRequest(request);
    const keyHash = Uint8Array.from(hash("sha256", spki, "buffer"));
    return { ...holder, ...(by && { by }), origin, publicKey, keyHash };
  } catch (error) {
    if (error instanceof PkiError) return { result: "unusable", code: error.code };
    throw error;
  }
}

async function answer(world: World, wish: Wish, granted: Granted): Promise<CertifyAnswer> {
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
