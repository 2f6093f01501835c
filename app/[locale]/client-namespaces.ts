/** The texts that parts of a page need in the browser; the rest stays on the server. */
import type { Messages } from "next-intl";

const inBrowser = [
  "Site",
  "Login",
  "Confirm",
  "Errors",
  "ErrorPage",
  "Memo",
  "Unlock",
  "ReleaseUrl",
  "Disown",
  "Issue",
  "Kind",
  "Watch",
] as const;

export function clientNamespaces(messages: Messages): Pick<Messages, (typeof inBrowser)[number]> {
  return Object.fromEntries(inBrowser.map((name) => [name, messages[name]])) as Pick<
    Messages,
    (typeof inBrowser)[number]
  >;
}
