/** What the connector does beside being the CA: what runs by the clock or by an event, and what registrars do. */
import type { Env } from "../../env.ts";
import { log } from "../../log.ts";
import { readCredential } from "./credential.ts";
import { pollMailbox } from "./imap.ts";
import { dealWithKept, receiveMail } from "./intake.ts";
import { credentialSettingsOf } from "./open.ts";
import { tidyPins } from "./owner.ts";
import { fetchPins } from "./pins.ts";
import { compareList } from "./reconcile.ts";
import { sendWaiting } from "./send.ts";
import { SiteFault } from "./site/faults.ts";
import { inTurn, noteFault, noteSuccess } from "./turn.ts";
import type { World } from "./world.ts";

export type Upki = ReturnType<typeof upkiOf>;

const day = 86_400_000;
/** A registrar's certificate is renewed by hand, at NII. */
export const warnBefore = 30 * day;

export function upkiOf(world: World, env: Env) {
  return {
    world,
    /** What whoever hands on mails has to know; undefined where nobody may. */
    mailSecret: env.UPKI_MAIL_SECRET,
    send: () => sendWaiting(world),
    fetchPins: () => fetchPins(world),

    /** Compares the service's list now. */
    async reconcile(): Promise<"compared" | "busy" | "fault" | "manual"> {
      if (world.settings.transport === "manual") return "manual";
      const done = await inTurn(world, async () => {
        try {
          const compared = await compareList(world, await world.site.list(), { via: "site" });
          if ("fault" in compared) {
            await noteFault(world, `list: ${compared.fault}`);
            return "fault" as const;
          }
          await noteSuccess(world);
          return "compared" as const;
        } catch (error) {
          if (!(error instanceof SiteFault)) throw error;
          await noteFault(world, `${error.code}: ${error.excerpt}`);
          return "fault" as const;
        }
      });
      return done;
    },

    /** Looks into the mailbox, where there is one. */
    async poll(): Promise<number> {
      if (!env.UPKI_IMAP_URL) return 0;
      const { taken } = await pollMailbox({ url: env.UPKI_IMAP_URL }, async (raw) => {
        await receiveMail(world, raw, "imap");
      });
      return taken;
    },

    /** What a process that ended has left half done. */
    async catchUp(): Promise<void> {
      await dealWithKept(world);
      await tidyPins(world);
    },

    /** Until when the registrar's certificate opens the site; null where none is used, or it cannot be read. */
    async credential(): Promise<{ notAfter: Date; subject: string } | { fault: string } | null> {
      if (world.settings.transport === "manual") return null;
      try {
        const { notAfter, subject } = await readCredential(credentialSettingsOf(env));
        return { notAfter, subject };
      } catch (error) {
        return { fault: error instanceof Error ? error.message : "It cannot be read." };
      }
    },

    async warnOfEndingCredential(): Promise<void> {
      const credential = await this.credential();
      if (!credential) return;
      if ("fault" in credential) {
        log.error(
          { event: "upki-credential" },
          `The registrar's certificate cannot be used. ${credential.fault}`,
        );
        return;
      }
      const { notAfter, subject } = credential;
      if (notAfter.getTime() - warnBefore > world.now().getTime()) return;
      log.warn(
        { event: "upki-credential", notAfter, subject },
        "The registrar's certificate ends soon: have NII issue the next one, and set UPKI_CLIENT_P12 to it",
      );
    },
  };
}
