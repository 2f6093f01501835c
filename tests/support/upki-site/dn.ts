/** Distinguished names as the service writes and judges them. */
export type Rdn = { type: string; value: string };

const rules: Record<string, RegExp> = {
  CN: /^[A-Za-z0-9 '(),\-./:=@_]+$/,
  OU: /^[A-Za-z0-9 '(),\-./:=]+$/,
  O: /^[A-Za-z0-9 '(),\-./:=]+$/,
  L: /^[A-Za-z0-9 '(),\-./:=]+$/,
  ST: /^[A-Za-z0-9 '(),\-./:=]+$/,
  C: /^JP$/,
};

/** A comma is legal inside a value, so a name is parted only where a known attribute begins. */
export function split(dn: string): Rdn[] {
  return dn.split(/,(?=(?:CN|OU|O|L|ST|C)=)/).map((part) => {
    const at = part.indexOf("=");
    return { type: part.slice(0, Math.max(at, 0)), value: part.slice(at + 1) };
  });
}

/** What is wrong with a name: its form (206), or the length of a part or of the whole (202). */
export function faultOf(dn: string): { code: "202"; limit: number } | { code: "206" } | null {
  if (dn.length > 250) return { code: "202", limit: 250 };
  const rdns = split(dn);
  const order = rdns.map(({ type }) => `${type} `).join("");
  if (!/^CN (OU )*O (L )?(ST )?C $/.test(order)) return { code: "206" };
  for (const { type, value } of rdns) {
    if (value.length > 64) return { code: "202", limit: 64 };
    if (!rules[type]?.test(value) || value !== value.trim()) return { code: "206" };
    // A space after a comma keeps the next attribute inside this value.
    if (/, +(?:CN|OU|O|L|ST|C)=/.test(value)) return { code: "206" };
  }
  return null;
}

/** By CN, OU and C the service knows whether a name was used before; O, L and ST do not count. */
export function identity(dn: string): string {
  return split(dn)
    .filter(({ type }) => ["CN", "OU", "C"].includes(type))
    .map(({ type, value }) => `${type}=${value.toLowerCase().replace(/ +/g, " ")}`)
    .join("\n");
}

export function commonName(dn: string): string {
  return split(dn).find(({ type }) => type === "CN")?.value ?? "";
}

/** Certificates and mails of S/MIME hold the CN alone since 2023-08-30. */
export function nameInCertificate(dn: string, kind: "client" | "smime"): string {
  return kind === "smime" ? `CN=${commonName(dn)}` : dn;
}
