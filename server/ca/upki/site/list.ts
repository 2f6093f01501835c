/** The list of all certificates of the institution, as NII's site knows them. */
import { SiteFault } from "./faults.ts";
import { loggedIn, type SiteParts } from "./login.ts";
import { readPage } from "./page.ts";

/** Some ten thousand certificates, with room to spare. */
const largest = 64 << 20;

/**
 * Asks for the list.
 * @returns TSV in Shift_JIS, with a header
 * @throws SiteFault never `sent`: asking changes nothing
 */
export function fetchList(parts: SiteParts): Promise<Uint8Array> {
  return loggedIn(parts, async (session) => {
    const url = new URL("/upki-odcert/lra/syomeiDL_S_Cli.do", parts.url);
    const answer = await session.visit({ step: "list", url, largest });
    // A page in its place says why there is none.
    const beginning = Buffer.from(answer.octets.subarray(0, 100)).toString("latin1");
    if (/^text\/html\b/i.test(answer.type) || /^\s*</.test(beginning)) {
      const excerpt = `list: a page instead; shown: ${readPage(answer).text}`;
      throw new SiteFault("page_changed", { sent: false, excerpt });
    }
    return answer.octets;
  });
}
