/** The ports joined to the real world: one of each a process, made when first asked for. */
import { type PublicHead, publicHead, signHead } from "./audit/heads.ts";
import { forget } from "./audit/retention.ts";
import { chooseCa } from "./ca/choose.ts";
import { LocalCa } from "./ca/local/local-ca.ts";
import { authorityOf, publicUrlOf } from "./ca/local/profiles.ts";
import { localRules } from "./ca/local/rules.ts";
import { openSite, upkiSettingsOf } from "./ca/upki/open.ts";
import { upkiRules } from "./ca/upki/rules.ts";
import { type Upki, upkiOf } from "./ca/upki/upki.ts";
import { UpkiCa } from "./ca/upki/upki-ca.ts";
import { database } from "./db.ts";
import { hear, hearAll } from "./enrollment/orders.ts";
import { reminderDays } from "./enrollment/stalled.ts";
import { env, homeHosts } from "./env.ts";
import { log } from "./log.ts";
import { sendAcceptance } from "./mail/acceptance.ts";
import { sendAcquisition } from "./mail/acquisition.ts";
import { sendWaiting } from "./mail/again.ts";
import { type ApprovalReminder, sendApprovalReminder } from "./mail/approvals.ts";
import { sendAuditHead } from "./mail/audit-head.ts";
import { choosePost } from "./mail/choose.ts";
import { sendDisowned } from "./mail/disowned.ts";
import { sendHeld } from "./mail/held.ts";
import { sendLocked } from "./mail/locked.ts";
import { sendReminder } from "./mail/reminder.ts";
import { sendRevocation } from "./mail/revocation.ts";
import { type MailDeps, markLetterFailed } from "./mail/send.ts";
import { sendTurnedDown } from "./mail/turned-down.ts";
import { sendOutbox } from "./outbox.ts";
import type { Ports } from "./ports.ts";
import { ownSealing } from "./sealing.ts";
import { signersWith } from "./signers/open.ts";
import { withSpans } from "./tracing/traced.ts";
import type { DeliveryWorld } from "./webhooks/deliver.ts";
import { tell } from "./webhooks/tell.ts";

const now = () => new Date();

/** What the heart needs. */
export const ports = once((): Ports => {
  const settings = env();
  return {
    db: database(),
    now,
    ca: chooseCa(settings.CA_BACKEND, { local: localCa, upki: () => new UpkiCa(nii().world, localCa()) }),
    rules: settings.CA_BACKEND === "upki" ? upkiRules(upkiSettingsOf(settings)) : localRules,
    wakeOutbox,
    settings: { clientCertificateLimit: settings.CLIENT_CERTIFICATE_LIMIT },
  };
});

const kept = globalThis as { portalCa?: LocalCa };

/** The built-in CA and its issuing site: one a process, also where Next.js loads this file twice, so that what one part revokes all know. */
export function localCa(): LocalCa {
  kept.portalCa ??= withSpans(
    new LocalCa({
      db: database(),
      now,
      sealing: ownSealing(),
      openSigner: signersWith(env()).openSigner,
      tell: (tx, facts) => hear(tx, facts, now()),
      baseUrl: env().BASE_URL,
      publicUrl: publicUrlOf(env()),
      authority: authorityOf({ organization: env().CA_ORGANIZATION, policyOid: env().CA_POLICY_OID }),
      root: env().CA_ROOT,
    }),
    "ca",
    [
      "submit",
      "revoke",
      "enterPin",
      "collect",
      "certify",
      "fetchCertificate",
      "confirm",
      "publishAll",
      "catchUp",
    ],
  );
  return kept.portalCa;
}

/** The built-in CA where it is the CA, or has been: what it has issued is looked after for as long as it lives. */
export async function ownCa(): Promise<LocalCa | null> {
  if (env().CA_BACKEND === "local") return localCa();
  return (await database().issuer.count()) > 0 ? localCa() : null;
}

/** NII's service, where it is the CA. */
export function upki(): Upki | null {
  return env().CA_BACKEND === "upki" ? nii() : null;
}

const nii = once(() =>
  upkiOf(
    {
      db: database(),
      now,
      sealing: ownSealing(),
      tell: (tx, facts) => hearAll(tx, facts, now()),
      settings: upkiSettingsOf(env()),
      site: openSite(env()),
      wakeOutbox,
    },
    env(),
  ),
);

/** The mails to members, each sent once however often it is asked for. */
export const letters = once(() => {
  const settings = env();
  const deps: MailDeps = {
    db: database(),
    now,
    post: choosePost(settings),
    ca: ports().ca,
    baseUrl: settings.BASE_URL,
    from: settings.MAIL_FROM,
    supportContact: settings.SUPPORT_CONTACT,
  };
  return {
    acceptance: (order: string) => sendAcceptance(deps, order),
    held: (order: string) => sendHeld(deps, order),
    acquisition: (order: string) => sendAcquisition(deps, order),
    revocation: (enrollment: string) => sendRevocation(deps, enrollment),
    locked: (order: string, at: string) => sendLocked(deps, order, at),
    turnedDown: (enrollment: string) => sendTurnedDown(deps, enrollment),
    /** A letter that waits, whatever it is: one that somebody wants sent once more. */
    waiting: (letter: string) => sendWaiting(deps, letter),
    giveUpWaiting: async (letter: string) => {
      const { key } = await deps.db.letter.findUniqueOrThrow({ where: { id: letter } });
      await markLetterFailed(deps.db, key, "no attempt succeeded");
    },
    remindOfApprovals: (reminder: ApprovalReminder) => sendApprovalReminder(deps, reminder),
    disowned: (told: { enrollment: string; to: string | null }) => sendDisowned(deps, told),
    auditHead: (head: PublicHead, to: string) => sendAuditHead(deps, head, to),
    remind: (enrollment: string) => sendReminder(deps, enrollment, reminderDays),
    /** Marks what could not be sent in any number of tries. `about` is what follows the kind in the letter's key. */
    giveUp: async (kinds: readonly string[], about: string) => {
      for (const kind of kinds) await markLetterFailed(deps.db, `${kind}:${about}`, "no attempt succeeded");
    },
  };
});

/** What keeps the audit: its chain's end signed and sent out, and what is older than the policy says taken away. */
export const audit = once(() => {
  const world = { db: database(), now, sealing: ownSealing() };
  const { AUDIT_HEADS_TO = [], AUDIT_RETENTION_YEARS } = env();
  return {
    signHead: () => signHead(world),
    /** Of those not sent yet the newest: it stands for all before it. */
    sendHeads: async () => {
      const head = await world.db.auditHead.findFirst({ orderBy: { seq: "desc" } });
      if (!head || head.sentAt) return;
      const said = publicHead(head);
      for (const to of AUDIT_HEADS_TO) await letters().auditHead(said, to);
      await world.db.$transaction(async (tx) => {
        await tell(tx, { event: "audit.head", about: said.seq, at: now(), data: said });
        await tx.auditHead.update({ where: { seq: head.seq }, data: { sentAt: now() } });
      });
      await wakeOutbox();
    },
    /** How many entries were taken away. */
    forget: () => (AUDIT_RETENTION_YEARS ? forget(world, AUDIT_RETENTION_YEARS) : Promise.resolve(0)),
  };
});

/** What webhooks are made, called and signed with. */
export const webhookWorld = once((): DeliveryWorld => {
  const { BASE_URL, WEBHOOK_PRIVATE_ADDRESSES } = env();
  const home = homeHosts.includes(new URL(BASE_URL).hostname);
  return {
    db: database(),
    now,
    sealing: ownSealing(),
    reach: { home, privateToo: WEBHOOK_PRIVATE_ADDRESSES },
  };
});

async function wakeOutbox(): Promise<void> {
  try {
    await sendOutbox();
  } catch (err) {
    log.error({ err }, "events stay in the outbox until the next sweep");
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
