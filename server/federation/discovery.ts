/** The choice of the institution at the federation's own page (SAML 2.0 Identity Provider Discovery Service Protocol and Profile). */
import type { Federation } from "./world.ts";

/** Where the federation's page sends people back to; registered as `idpdisc:DiscoveryResponse`. */
export function discoveryUrlOf({ baseUrl }: Pick<Federation, "baseUrl">): string {
  return `${baseUrl}/api/saml/discovery`;
}
