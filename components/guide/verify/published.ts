/** What the commands and configurations of the guide depend on: where things are published, and whose. */

export type Published = {
  /** `https://portal.example.ac.jp/pki`: under it are `<id>.cer` and `<id>.crl`. */
  repository: string;
  /** Where OCSP is answered. */
  ocsp: string;
  /** The ids of the CAs, each list the newest first. */
  roots: readonly string[];
  client: readonly string[];
  smime: readonly string[];
};

/** Names as the words of a `for` loop. */
export function listed(...ids: readonly (readonly string[])[]): string {
  return ids.flat().join(" ");
}

/** Files of the same ending. */
export function files(ids: readonly string[], ending: string): string {
  return ids.map((id) => `${id}${ending}`).join(" ");
}
