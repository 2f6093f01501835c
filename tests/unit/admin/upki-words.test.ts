/** Whatever code the connector gives a reason by, the registrars' pages have a sentence for it. */
import { expect, test } from "vitest";
import ja from "@/messages/ja.json";
import type { AdoptionProblem } from "@/server/ca/upki/adopt.ts";
import { differenceKinds } from "@/server/ca/upki/differences.ts";
import type { ListFault } from "@/server/ca/upki/list.ts";
import type { ServiceMail } from "@/server/ca/upki/mail/kinds.ts";
import type { MailRefusal } from "@/server/ca/upki/mail/read.ts";
import type { Match } from "@/server/ca/upki/match.ts";
import type { PinFileFault } from "@/server/ca/upki/pin-file.ts";
import type { PinPageFaultCode, SiteFaultCode } from "@/server/ca/upki/site/faults.ts";

type Missed = Extract<Match, { none: string }>["none"];
type NotFound = Extract<ServiceMail, { kind: "unknown" }>["what"];

/** A code that is new there does not compile here. */
const codes = {
  mail: {
    ...{ too_large: 1, not_mail: 1, not_signed: 1, bad_signature: 1 },
    ...{ unknown_signer: 1, signer_expired: 1, wrong_sender: 1 },
  } satisfies Record<MailRefusal["code"], 1>,
  text: { subject: 1, dn: 1, serial: 1, url: 1 } satisfies Record<NotFound, 1>,
  match: { unknown_name: 1, ambiguous: 1, malformed_name: 1 } satisfies Record<Missed, 1>,
  page: {
    ...{ not_allowed: 1, refused: 1, not_ready: 1, unreachable: 1 },
    ...{ page_changed: 1, too_large: 1, cut_off: 1 },
  } satisfies Record<PinPageFaultCode, 1>,
  file: {
    ...{ not_a_zip: 1, too_large: 1, several_files: 1, encrypted: 1 },
    ...{ encoding: 1, no_rows: 1, columns: 1 },
  } satisfies Record<PinFileFault["code"], 1>,
  list: {
    ...{ not_a_list: 1, too_large: 1, encoding: 1, missing_column: 1, row: 1 },
  } satisfies Record<ListFault["code"], 1>,
  site: {
    ...{ unreachable: 1, not_let_in: 1, page_changed: 1, busy: 1, cut_off: 1, server_error: 1 },
  } satisfies Record<SiteFaultCode, 1>,
  adoption: {
    ...{ gone: 1, not_valid: 1, no_member: 1, several_members: 1, name_taken: 1 },
  } satisfies Record<AdoptionProblem, 1>,
};

const { dead, list, site, adoption, differences, refused } = ja.Admin.upki;

test.each<[string, readonly string[], object]>([
  ["a mail that is not believed", Object.keys(codes.mail), dead.reasons],
  ["a mail that is not understood", Object.keys(codes.text).map((what) => `unknown_${what}`), dead.reasons],
  ["a mail or a file that matches nothing", [...Object.keys(codes.match), "unmatched"], dead.reasons],
  ["a page with PINs", Object.keys(codes.page), dead.reasons],
  ["a file with PINs", Object.keys(codes.file), dead.reasons],
  ["a list", Object.keys(codes.list), list.faults],
  ["the site", [...Object.keys(codes.site), "list"], site.faults],
  ["adoption", Object.keys(codes.adoption), adoption.problems],
  ["differences", differenceKinds, differences.kinds],
  ["refusals", "201 202 204 205 206 208 209 212 213 214 215".split(" "), refused.codes],
])("of %s", (_, wanted, sentences) => {
  expect(wanted.filter((code) => !Object.hasOwn(sentences, code))).toEqual([]);
});
