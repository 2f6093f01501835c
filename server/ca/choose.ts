/** Which CA the portal orders from: one setting, `CA_BACKEND`. */
import type { CertificateAuthority } from "../ports.ts";

export const backends = ["local", "upki"] as const;
export type Backend = (typeof backends)[number];

/** The CA of that name, made only when it is the one. */
export function chooseCa(
  backend: Backend,
  makers: Record<Backend, () => CertificateAuthority>,
): CertificateAuthority {
  return makers[backend]();
}
