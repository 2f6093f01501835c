/** Octets as text and back. Browsers only begin to have it themselves. */

export function toBase64(octets: Uint8Array): string {
  let characters = "";
  for (const octet of octets) characters += String.fromCharCode(octet);
  return btoa(characters);
}

/** Null for what is not base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
