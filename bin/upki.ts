/** `npm start -- --upki`: a stand-in of NII's service beside the portal, and the post between them, to see the whole of it on one machine. */
import { join } from "node:path";
import { Refusal } from "./refusal.ts";

export type UpkiDemo = { url: string; close: () => Promise<void> };

/** Long enough to see an application wait, short enough to stay for it; NII's own takes 120. `--upki-queue=<seconds>` sets another. */
const usualQueue = 5;

/**
 * Starts both and sets what the portal needs to work with them. What they know lies in the folder, beside the portal's own.
 * @throws Refusal where the portal is already given a CA
 */
export async function openUpkiDemo(folder: string, port: number): Promise<UpkiDemo> {
  if (process.env.CA_BACKEND) {
    throw new Refusal(
      "--upki brings a stand-in of NII's service: leave CA_BACKEND out, or start without it.",
    );
  }
  const { startUpkiSite } = await import("../tests/support/upki-site/start.ts");
  const { portalSettings } = await import("../tests/support/upki-site/portal-settings.ts");
  const { openPost } = await import("../tests/support/upki-site/post.ts");
  const asked = process.argv.find((argument) => argument.startsWith("--upki-queue="));
  const queueSeconds = Number(asked?.split("=")[1] ?? usualQueue);
  const mailbox = "upki@portal.example.ac.jp";
  const secret = crypto.randomUUID();
  const post = await openPost({ mailbox, secret, portal: `http://localhost:${port}`, folder });
  const site = await startUpkiSite({
    folder: join(folder, "upki-site"),
    mailbox,
    smtp: post.url,
    queue: queueSeconds,
  });
  Object.assign(process.env, {
    ...portalSettings(site, { mailbox, secret }),
    UPKI_SETTLING_SECONDS: String(Math.max(1, queueSeconds * 4)),
  });
  return {
    url: site.publicUrl,
    close: async () => {
      await site.stop();
      await post.close();
    },
  };
}
