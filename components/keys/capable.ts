/** Whether this browser can make keys: WebCrypto is there at https addresses and at localhost only. */
export function canMakeKeys(): boolean {
  return globalThis.isSecureContext === true && typeof globalThis.crypto?.subtle?.generateKey === "function";
}
