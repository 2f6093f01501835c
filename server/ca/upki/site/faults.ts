/** What can go wrong at NII's pages, and whether what was asked for may have been done all the same. */

export type SiteFaultCode =
  /** No connection came about: name, network, or a TLS certificate of the site that is not trusted. */
  | "unreachable"
  /** The site refuses the registrar's certificate. */
  | "not_let_in"
  /** Something else than expected was shown: NII changed a page, or it says what a person should read. */
  | "page_changed"
  /** It asks to come later. */
  | "busy"
  /** The answer did not come, or not whole. */
  | "cut_off"
  | "server_error";

const longestExcerpt = 300;

/** A fault of the site's. Its words hold no secret: what a page showed, or what the network said. */
export class SiteFault extends Error {
  readonly code: SiteFaultCode;
  /** Whether the upload may have been taken. While false, nothing of it has left. */
  readonly sent: boolean;
  /** Where it was, and what was seen there: at most 300 characters, without markup. */
  readonly excerpt: string;
  /** Why a page was not even read. */
  readonly unread: "too_large" | "another_host" | null;

  constructor(
    code: SiteFaultCode,
    { sent, excerpt, unread = null }: { sent: boolean; excerpt: string; unread?: SiteFault["unread"] },
  ) {
    const short = [...excerpt.slice(0, longestExcerpt * 4)].slice(0, longestExcerpt).join("");
    super(`${code}: ${short}`);
    this.name = "SiteFault";
    this.code = code;
    this.sent = sent;
    this.excerpt = short;
    this.unread = unread;
  }
}

export type PinPageFaultCode =
  /** The address is none that may be visited, or leads to such a one. */
  | "not_allowed"
  /** 指定されたURLへのアクセスは拒否されました: it was used before, or its month is over. */
  | "refused"
  /** 有効な証明書情報がありません: the service is not that far. */
  | "not_ready"
  | "unreachable"
  | "page_changed"
  | "too_large"
  /** The answer that brings the PINs did not come whole: the URL may be spent. */
  | "cut_off";

/** A fault of the page with PINs. It holds neither the address, whose token is a secret, nor a word of the page, which may show a PIN. */
export class PinPageFault extends Error {
  readonly code: PinPageFaultCode;
  /** Whether another visit may bring what this one did not. */
  readonly retry: boolean;

  constructor(code: PinPageFaultCode, { retry, where }: { retry: boolean; where: string }) {
    super(`${code}: ${where}`);
    this.name = "PinPageFault";
    this.code = code;
    this.retry = retry;
  }
}

/** What a status says, or null where the page may be read (RFC 9110 §15). */
export function faultOfStatus(status: number): SiteFaultCode | null {
  if (status === 200) return null;
  if (status === 401 || status === 403) return "not_let_in";
  if (status === 429 || status === 503) return "busy";
  return status >= 500 ? "server_error" : "page_changed";
}

/** By these the site says in TLS that it does not take the certificate (RFC 8446 §6.2). */
const refusals =
  /ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE|NO_CERTIFICATE|DECRYPT_ERROR)/;

/** By these Node.js says that no connection came about. */
const unconnected =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_\w+|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|ERR_SSL_\w+)$/;

/** What an error of the network means. */
export function meaningOf(error: unknown): {
  code: "unreachable" | "not_let_in" | "cut_off";
  reason: string;
} {
  const inner = innermost(error);
  const code = typeof inner.code === "string" ? inner.code : "";
  const reason = `${code || inner.name}: ${inner.message}`.replace(/\s+/g, " ");
  if (refusals.test(`${code} ${inner.message}`.toUpperCase().replaceAll(" ", "_")))
    return { code: "not_let_in", reason };
  return { code: unconnected.test(code) ? "unreachable" : "cut_off", reason };
}

/** The innermost cause says what happened; of several addresses that were tried, the last one's. */
function innermost(error: unknown): { code?: unknown; name: string; message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors.at(-1));
  if (error instanceof Error) return error.cause instanceof Error ? innermost(error.cause) : error;
  return { name: "Error", message: String(error) };
}
