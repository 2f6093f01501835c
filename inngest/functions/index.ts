/** Every workflow there is. */
import { carryOutIssuance } from "./carry-out-issuance.ts";
import { carryOutOffboardings, sweepOffboardings } from "./carry-out-offboarding.ts";
import { carryOutRenewal } from "./carry-out-renewal.ts";
import { carryOutRevocation } from "./carry-out-revocation.ts";
import { deliverWebhooks, forgetWebhookCalls } from "./deliver-webhooks.ts";
import { forgetAudit, signAudit } from "./keep-audit.ts";
import { keepPublication } from "./keep-publication.ts";
import { publishCrl } from "./publish-crl.ts";
import { refreshFederationMetadata } from "./refresh-federation.ts";
import { remindOfApprovals } from "./remind-of-approvals.ts";
import { remindOfExpiry } from "./remind-of-expiry.ts";
import { sendLetterAgain } from "./send-letter-again.ts";
import { sweepLoginsPast } from "./sweep-logins.ts";
import { sweepStalled } from "./sweep-stalled.ts";
import { sweepTallies } from "./sweep-tally.ts";
import { tellOfDisowned } from "./tell-of-disowned.ts";
import { tellOfLockedTicket } from "./tell-of-locked-ticket.ts";
import { turnDown } from "./turn-down.ts";
import {
  catchUpWithUpki,
  fetchUpkiPins,
  pollUpkiMailbox,
  reconcileUpki,
  sendToUpki,
  warnOfEndingRegistrar,
} from "./upki.ts";
import { warnOfEndingIssuers } from "./warn-of-ending-issuers.ts";
import { warnOfEndingServiceKeys } from "./warn-of-ending-keys.ts";

export const functions = [
  carryOutIssuance,
  carryOutRenewal,
  carryOutRevocation,
  carryOutOffboardings,
  sweepOffboardings,
  tellOfLockedTicket,
  tellOfDisowned,
  signAudit,
  forgetAudit,
  turnDown,
  sendLetterAgain,
  remindOfExpiry,
  remindOfApprovals,
  publishCrl,
  keepPublication,
  refreshFederationMetadata,
  sweepStalled,
  sweepTallies,
  sweepLoginsPast,
  deliverWebhooks,
  forgetWebhookCalls,
  warnOfEndingServiceKeys,
  warnOfEndingIssuers,
  sendToUpki,
  fetchUpkiPins,
  reconcileUpki,
  pollUpkiMailbox,
  catchUpWithUpki,
  warnOfEndingRegistrar,
];
