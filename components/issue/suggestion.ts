/** Which .p12 fits the browser's device, from what the browser says of itself. */

export const devices = ["windows", "macos", "ios", "android", "linux"] as const;
export type Device = (typeof devices)[number];

export type Suggestion = {
  device: Device | null;
  /** `compatible` whenever it is not certain that the device reads the other. */
  encryption: "modern" | "compatible";
};

/** The first system version known to read PBES2 with AES-256; versions as Client Hints count them. */
const readsModern = {
  // 10 is Windows 10 2004; Windows 11 counts from 13.
  windows: 10,
  macos: 15,
  ios: 18,
  android: 16,
} as const;

export function suggest(headers: Pick<Headers, "get">): Suggestion {
  const agent = headers.get("user-agent") ?? "";
  const device = deviceOf(agent, unquoted(headers.get("sec-ch-ua-platform")));
  if (device === null) return { device, encryption: "compatible" };
  if (device === "linux") return { device, encryption: "modern" };
  const hinted = majorOf(unquoted(headers.get("sec-ch-ua-platform-version")));
  const version = hinted ?? (device === "ios" ? majorOf(/ OS (\d+)_/.exec(agent)?.[1]) : null);
  return { device, encryption: version !== null && version >= readsModern[device] ? "modern" : "compatible" };
}

function deviceOf(agent: string, platform: string): Device | null {
  if (/iPhone|iPad|iPod/.test(agent)) return "ios";
  if (platform === "Android" || /Android/.test(agent)) return "android";
  if (platform === "Windows" || /Windows NT/.test(agent)) return "windows";
  if (platform === "macOS" || /Macintosh/.test(agent)) return "macos";
  if (platform === "Linux" || /X11; .*Linux/.test(agent)) return "linux";
  return null;
}

function majorOf(version: string | undefined): number | null {
  const digits = /^\d+/.exec(version ?? "")?.[0];
  return digits === undefined ? null : Number(digits);
}

function unquoted(header: string | null): string {
  return (header ?? "").replaceAll('"', "");
}
