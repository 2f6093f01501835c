/** One call of a webhook, over connections of its own: the address is looked at again as each is made, and no redirect is followed. */
import type { LookupFunction } from "node:net";
import { Agent, request } from "undici";
import { addressesOf, faultOfAddress, type Reach } from "./address.ts";
import type { CallFault } from "./events.ts";

const patience = 10_000;
/** Of an answer, which nobody reads; a connection that would bring more is closed. */
const mostOctets = 16 * 1024;

export type Call = {
  url: string;
  headers: Record<string, string>;
  body: string;
  reach: Reach;
  /** Certificates that are trusted besides the usual ones, for tests. */
  ca?: string;
  patience?: number;
};

/** The HTTP status, or a word for what went wrong; never throws. */
export async function call(asked: Call): Promise<number | CallFault> {
  const { url, headers, body, reach, ca, patience: within = patience } = asked;
  // What was allowed when it was made may not be any more.
  if (faultOfAddress(url, reach)) return "not_public";
  const agent = new Agent({ connect: { lookup: guarded(reach), timeout: within, ...(ca && { ca }) } });
  try {
    const answer = await request(url, {
      method: "POST",
      dispatcher: agent,
      headers: { "content-type": "application/json", "user-agent": "client-certificate-portal", ...headers },
      body,
      signal: AbortSignal.timeout(within),
    });
    await answer.body.dump({ limit: mostOctets }).catch(() => {});
    return answer.statusCode;
  } catch (error) {
    return faultOf(error);
  } finally {
    await agent.destroy();
  }
}

function guarded(reach: Reach): LookupFunction {
  return (host, { all }, tell) => {
    addressesOf(host, reach).then(
      (found) => (all ? tell(null, found) : tell(null, found[0]?.address ?? "", found[0]?.family)),
      (error: NodeJS.ErrnoException) => tell(error, ""),
    );
  };
}

const unreachable = /^(ECONN|EHOST|ENET|EPIPE|EADDR|EAI_AGAIN|UND_ERR|HPE_)/;

function faultOf(error: unknown): CallFault {
  const { name, code = "" } = error as { name?: string; code?: string };
  if (name === "TimeoutError" || name === "AbortError" || /TIMEOUT|TIMEDOUT/.test(code)) return "timeout";
  if (code === "NOT_PUBLIC") return "not_public";
  if (code === "ENOTFOUND" || code === "ENODATA") return "no_such_host";
  return unreachable.test(code) || code === "" ? "unreachable" : "tls";
}
