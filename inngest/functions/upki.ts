/** What the connector to NII's service does by itself. Each deed finds its own work, so that it can be called at any time; where the portal has a CA of its own there is none. */
import { cron } from "inngest";
import { upki } from "../../server/wiring.ts";
import { inngest } from "../client.ts";
import { upkiListWanted, upkiPinAnnounced, upkiQueueChanged } from "../events.ts";

/** At once, and every minute for what had to wait. One at a time, here as at the site. */
export const sendToUpki = inngest.createFunction(
  { id: "send-to-upki", triggers: [{ event: upkiQueueChanged }, cron("* * * * *")], retries: 0 },
  async ({ step }) => step.run("send", async () => (await upki()?.send()) ?? null),
);

/** PINs are fetched as soon as they are announced; what failed comes again. */
export const fetchUpkiPins = inngest.createFunction(
  { id: "fetch-upki-pins", triggers: [{ event: upkiPinAnnounced }, cron("* * * * *")], retries: 0 },
  async ({ step }) => step.run("fetch", async () => (await upki()?.fetchPins()) ?? null),
);

/** Every night, and when somebody asks: what mails should have told is made up for. A site that is busy is asked again. */
export const reconcileUpki = inngest.createFunction(
  {
    id: "reconcile-upki",
    triggers: [{ event: upkiListWanted }, cron("TZ=Asia/Tokyo 40 2 * * *")],
    retries: 12,
  },
  async ({ step }) =>
    step.run("reconcile", async () => {
      const done = (await upki()?.reconcile()) ?? null;
      if (done === "busy" || done === "fault") throw new Error(`NII's list could not be compared: ${done}`);
      return done;
    }),
);

export const pollUpkiMailbox = inngest.createFunction(
  { id: "poll-upki-mailbox", triggers: [cron("* * * * *")], retries: 0 },
  async ({ step }) => step.run("poll", async () => (await upki()?.poll()) ?? null),
);

/** Once a day, from thirty days before its end on: the registrar's certificate that opens the site. */
export const warnOfEndingRegistrar = inngest.createFunction(
  { id: "warn-of-ending-registrar", triggers: [cron("37 3 * * *")], retries: 3 },
  async ({ step }) => {
    await step.run("warn", async () => (await upki()?.warnOfEndingCredential()) ?? null);
  },
);

/** Mails that were kept and not dealt with, and PINs whose time is over. */
export const catchUpWithUpki = inngest.createFunction(
  { id: "catch-up-with-upki", triggers: [cron("*/5 * * * *")], retries: 0 },
  async ({ step }) => {
    await step.run("catch-up", async () => (await upki()?.catchUp()) ?? null);
  },
);
