/** Which part of the portal a request was for: a word of a closed list, for every label is kept for as long as the process lives. */

const inAllLanguages = ["certs", "guide", "issue", "login", "privacy", "not-found"];
const sections = [
  ...[
    "applications",
    "approvals",
    "audit",
    "ca",
    "federation",
    "institutions",
    "invitations",
    "jobs",
    "letters",
  ],
  ...["logins", "offboardings", "people", "tokens", "upki", "webhooks"],
];
const doors = ["audit", "auth", "health", "inngest", "metrics", "ready", "saml", "trpc", "upki", "v1"];
const others = ["_next", "demo-idp", "login", "logout", "ocsp", "outbox", "pki"];

/** Of a path such as `/ja/certs/12?sent=1`; `other` for what is none of the portal's. */
export function routeOf(path: string): string {
  const [first = "", second = "", third = ""] = (path.split("?", 1)[0] ?? "").split("/").slice(1);
  if (!path.startsWith("/")) return "other";
  if (first === "") return "/";
  if (first === "api") return doors.includes(second) ? `/api/${second}` : "other";
  if (others.includes(first)) return `/${first}`;
  if (!/^(ja|en)$/.test(first)) return "other";
  if (second === "") return "/[locale]";
  if (second === "admin") {
    if (third === "") return "/[locale]/admin";
    return sections.includes(third) ? `/[locale]/admin/${third}` : "other";
  }
  return inAllLanguages.includes(second) ? `/[locale]/${second}` : "other";
}
