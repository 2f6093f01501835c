/** Every workflow there is. */
import { carryOutIssuance } from "./carry-out-issuance.ts";
import { carryOutRenewal } from "./carry-out-renewal.ts";
import { carryOutRevocation } from "./carry-out-revocation.ts";
import { keepPublication } from "./keep-publication.ts";
import { publishCrl } from "./publish-crl.ts";
import { refreshFederationMetadata } from "./refresh-federation.ts";
import { remindOfExpiry } from "./remind-of-expiry.ts";
import { sweepLoginsPast } from "./sweep-logins.ts";
import { sweepStalled } from "./sweep-stalled.ts";
import { tellOfLockedTicket } from "./tell-of-locked-ticket.ts";
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
  tellOfLockedTicket,
  remindOfExpiry,
  publishCrl,
  keepPublication,
  refreshFederationMetadata,
  sweepStalled,
  sweepLoginsPast,
  warnOfEndingServiceKeys,
  warnOfEndingIssuers,
  sendToUpki,
  fetchUpkiPins,
  reconcileUpki,
  pollUpkiMailbox,
  catchUpWithUpki,
  warnOfEndingRegistrar,
];
