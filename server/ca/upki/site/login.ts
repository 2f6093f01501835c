/** The registrar's way into NII's site: by certificate, into a frameset. */
import type { Credential } from "../credential.ts";
import { frameOf, type Page } from "./page.ts";
import { openSession, type Session } from "./session.ts";
import { look } from "./walk.ts";

export type SiteParts = {
  /** `https://host[:port]`, without a slash. */
  url: string;
  credential: Credential;
  /** PEM that the site's TLS certificate chains to; the system's when left out. */
  authorities?: readonly string[];
  /** Milliseconds a page may take, 60,000 when left out. */
  timeout?: number;
};

/** Logs in, gives the page of the frame with the menu, and leaves when `deed` is over. @throws SiteFault */
export async function loggedIn<T>(
  { url, ...parts }: SiteParts,
  deed: (session: Session, menu: Page) => Promise<T>,
): Promise<T> {
  const { origin } = new URL(url);
  const session = openSession({ origin, ...parts });
  try {
    const frames = await look(session, "login", new URL("/upki-odcert/lra/SSLLogin.do", origin));
    return await deed(session, await look(session, "menu", frameOf(frames, "hidari")));
  } finally {
    await session.close();
  }
}
