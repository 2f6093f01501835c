/** Single values of metadata, and which of them are good for anything. */

/** What a browser may be sent to: never `javascript:` or the like. */
export function webUrl(value: string | null): string | null {
  const url = value?.trim() ?? "";
  return /^https?:\/\//i.test(url) && url.length <= 2048 && URL.canParse(url) ? url : null;
}

/** What a page may show as an image; one within the metadata only while it is small. */
export function imageUrl(value: string): string | null {
  if (/^data:image\//i.test(value)) return value.length <= 100_000 ? value.replace(/\s+/g, "") : null;
  return /^https:\/\//i.test(value) ? webUrl(value) : null;
}

/** Of a place name or an address such as `https://idp.example.ac.jp/idp`. */
export function hostOf(entityId: string): string {
  return URL.canParse(entityId) ? new URL(entityId).hostname || entityId : entityId;
}

/** Base64 of DER without its spaces, or null. */
export function certificateOf(text: string): string | null {
  const base64 = text.replace(/\s+/g, "");
  return base64.length <= 32_768 && /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? base64 : null;
}

/** The address of `mailto:…`, or null. */
export function mailOf(text: string): string | null {
  const address = text
    .replace(/^mailto:/i, "")
    .replace(/\?.*$/s, "")
    .trim();
  return address.length <= 254 && /^[^\s<>@"(),:;\\[\]]+@[^\s<>@"(),:;\\[\]]+$/.test(address)
    ? address
    : null;
}

/** `ja` of `ja-JP`; "" of none. */
export function languageOf(value: string | null): string {
  return value?.trim().toLowerCase().split("-")[0] ?? "";
}

export function positiveOf(value: string | null): number | null {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : null;
}

export function isTrue(value: string | null): boolean {
  return ["true", "1"].includes(value?.trim() ?? "");
}
