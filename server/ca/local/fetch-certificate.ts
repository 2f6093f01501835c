/** The certificate of a request once more, for a browser that has no request to show: its holder's key is in a card or a chip. */
import { certificateAnswer } from "./certify.ts";
import { isFromRequest, standing } from "./standing.ts";
import { hashOf } from "./tickets.ts";
import type { CertifyAnswer } from "./views.ts";
import type { World } from "./world.ts";

/** For the browser that gave the PIN, until its holder confirms. */
export async function fetchCertificate(
  world: World,
  asked: { ticket: string; browser: string },
): Promise<CertifyAnswer> {
  const found = await world.db.ticket.findUnique({
    where: { hash: hashOf(asked.ticket) },
    include: { certificate: { select: { issuerId: true, der: true } } },
  });
  const stands = standing(found, hashOf(asked.browser), world.now());
  if (stands.state === "refused") return { result: "refused", because: stands.because };
  if (!found || stands.state !== "collected") {
    return { result: "refused", because: stands.state === "pin" ? "pin_wanted" : "used" };
  }
  const { certificate, ...ticket } = found;
  if (!certificate || !isFromRequest(ticket)) return { result: "refused", because: "used" };
  return certificateAnswer(world, ticket, certificate);
}
