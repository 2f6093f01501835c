/** What stands where nothing is set. */
import { homeHosts } from "../server/env.ts";

type Source = Readonly<Record<string, string | undefined>>;

const loopback = [...homeHosts, "::1"];
const isHome = (url: string) => URL.canParse(url) && homeHosts.includes(new URL(url).hostname);

/**
 * Whether the demo federation, whose passwords are public, may be on without being asked for: only on a portal that is all this
 * machine's own. Whoever gives it a database to keep, or an address that others reach, has to name a federation.
 */
export function isForTrying({ BASE_URL, HOST, ...set }: Source): boolean {
  if (set.FEDERATION_METADATA_URL || set.FEDERATION_MDQ_URL || set.DATABASE_URL) return false;
  return isHome(BASE_URL ?? "") && (!HOST || loopback.includes(HOST));
}
