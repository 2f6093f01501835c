/** The public page that gives out PINs: once a URL, as a ZIP. Whoever has its address has the PINs, so it is neither kept nor told. */
import { faultOfStatus, PinPageFault, SiteFault } from "./faults.ts";
import { formOf, type Page, readPage } from "./page.ts";
import { type Answer, openSession, type Session } from "./session.ts";
import { submit } from "./walk.ts";

export type PinPageRule = {
  /** Where such a page may be: `host`, or `host:port` where that is not 443. */
  hosts: readonly string[];
  /** PEM that the page's TLS certificate chains to; the system's when left out. */
  authorities?: readonly string[];
  /** Milliseconds a page may take, 60,000 when left out. */
  timeout?: number;
};

const largestZip = 1 << 20;

/**
 * Fetches the ZIP with the PINs. Afterwards the URL is spent.
 * @param url from a mail whose signature was verified
 * @throws PinPageFault
 */
export async function fetchPinFile(url: string, rule: PinPageRule): Promise<Uint8Array> {
  const entrance = allowed(url, rule.hosts);
  const { authorities, timeout } = rule;
  const session = openSession({ origin: entrance.origin, authorities, timeout });
  try {
    return await fetchThrough(session, entrance);
  } finally {
    await session.close();
  }
}

function allowed(text: string, hosts: readonly string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isRight =
    url?.protocol === "https:" &&
    url.username === "" &&
    url.password === "" &&
    hosts.some((host) => host.toLowerCase().replace(/:443$/, "") === url.host);
  if (!url || !isRight)
    throw new PinPageFault("not_allowed", { retry: false, where: "the address in the mail" });
  return url;
}

async function fetchThrough(session: Session, entrance: URL): Promise<Uint8Array> {
  const first = await shown("entrance", (asked) => session.visit({ ...asked, url: entrance }));
  const enter = formFor(first, "spEntranceCliPin.do");
  const second = await shown("confirmation", (asked) => submit(session, enter, {}, asked));
  const download = formFor(second, "spDLCliPin.do");
  const answer = await visited("download", (asked) =>
    submit(session, download, {}, { ...asked, once: true, largest: largestZip }),
  );
  if (isZip(answer.octets)) return answer.octets;
  throw new PinPageFault("page_changed", { retry: false, where: "download" });
}

function isZip([p, k, three, four]: Uint8Array): boolean {
  return p === 0x50 && k === 0x4b && three === 3 && four === 4;
}

type Visit = (asked: { step: string; anyStatus: true }) => Promise<Answer>;

async function shown(step: string, visit: Visit): Promise<Page> {
  return readPage(await visited(step, visit));
}

/** What is answered, unless it says that there are no PINs, or that something failed. @throws PinPageFault */
async function visited(step: string, visit: Visit): Promise<Answer> {
  const answer = await visit({ step, anyStatus: true }).catch((error) => {
    throw error instanceof SiteFault ? faultOf(error, step) : error;
  });
  if (!isZip(answer.octets)) refuse(readPage(answer), step);
  const code = faultOfStatus(answer.status);
  // The page came whole: what it did not bring, another visit may.
  if (code)
    throw new PinPageFault(code === "page_changed" ? code : "unreachable", {
      retry: true,
      where: `${step} answers ${answer.status}`,
    });
  return answer;
}

/** Without the excerpt of a page: see PinPageFault. */
function faultOf({ code, sent, unread }: SiteFault, where: string): PinPageFault {
  if (unread === "another_host") return new PinPageFault("not_allowed", { retry: false, where });
  if (unread === "too_large") return new PinPageFault("too_large", { retry: !sent, where });
  if (sent) return new PinPageFault("cut_off", { retry: false, where });
  return new PinPageFault(code === "page_changed" ? code : "unreachable", { retry: true, where });
}

/** @throws PinPageFault when the page says that there are no PINs */
function refuse(page: Page, where: string): void {
  const text = page.text.replaceAll(" ", "");
  if (text.includes("指定されたURLへのアクセスは拒否されました"))
    throw new PinPageFault("refused", { retry: false, where });
  if (text.includes("有効な証明書情報がありません"))
    throw new PinPageFault("not_ready", { retry: true, where });
}

function formFor(page: Page, action: string) {
  try {
    return formOf(page, action, (form) => form.action.pathname.endsWith(`/${action}`));
  } catch {
    throw new PinPageFault("page_changed", { retry: true, where: `${page.step}: no form ${action}` });
  }
}
