/** The heart and the connector at a stand-in of NII's service, a process of its own that delivers no mail by itself. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { LocalCa } from "../../server/ca/local/local-ca.ts";
import { understand } from "../../server/ca/upki/mail/kinds.ts";
import { readSignedMail } from "../../server/ca/upki/mail/read.ts";
import { openSite, upkiSettingsOf } from "../../server/ca/upki/open.ts";
import { type PinRow, readPinFile } from "../../server/ca/upki/pin-file.ts";
import { upkiRules } from "../../server/ca/upki/rules.ts";
import { type Upki, upkiOf } from "../../server/ca/upki/upki.ts";
import { UpkiCa } from "../../server/ca/upki/upki-ca.ts";
import type { World } from "../../server/ca/upki/world.ts";
import { openDatabase } from "../../server/db.ts";
import { hear, hearAll } from "../../server/enrollment/orders.ts";
import { readEnv } from "../../server/env.ts";
import type { Ports } from "../../server/ports.ts";
import { sealing } from "../../server/secrets/sealing.ts";
import { portalSettings } from "../support/upki-site/portal-settings.ts";
import { startUpkiSite, type UpkiSite } from "../support/upki-site/start.ts";

export type Desk = {
  site: UpkiSite;
  world: World;
  nii: Upki;
  ports: Ports;
  /** Time goes by, for the portal. */
  pass: (ms: number) => void;
  /** Opens the page that a PIN mail announces. What it gave, once, the connector finds when it comes by. */
  visitPinPage: (mail: Uint8Array) => Promise<PinRow>;
};

export async function withDesk(
  url: string,
  folder: string,
  use: (desk: Desk) => Promise<void>,
): Promise<void> {
  const db = openDatabase(url);
  const mailbox = "upki@portal.example.ac.jp";
  const site = await startUpkiSite({ folder: join(folder, "site"), mailbox });
  try {
    const key = randomBytes(32);
    const env = readEnv({
      DATABASE_URL: url,
      BASE_URL: "http://localhost:3000",
      AUTH_SECRET: randomBytes(32).toString("hex"),
      SEALING_KEY: key.toString("base64"),
      DEMO_FEDERATION: "true",
      ...portalSettings(site, { mailbox, secret: randomBytes(32).toString("hex") }),
    });
    let ahead = 0;
    const now = () => new Date(Date.now() + ahead);
    const pages = openSite(env);
    const visited = new Map<string, Uint8Array>();
    const world: World = {
      db,
      now,
      sealing: sealing(key),
      tell: (tx, facts) => hearAll(tx, facts, now()),
      settings: upkiSettingsOf(env),
      site: { ...pages, pinFile: async (page) => visited.get(page) ?? pages.pinFile(page) },
      wakeOutbox: async () => {},
    };
    const before = new LocalCa({
      ...world,
      tell: (tx, facts) => hear(tx, facts, now()),
      baseUrl: env.BASE_URL,
    });
    const ports: Ports = {
      db,
      now,
      ca: new UpkiCa(world, before),
      rules: upkiRules(world.settings),
      wakeOutbox: async () => {},
      settings: { clientCertificateLimit: 10 },
    };
    await use({
      site,
      world,
      ports,
      nii: upkiOf(world, env),
      pass: (ms) => {
        ahead += ms;
      },
      async visitPinPage(mail) {
        const read = await readSignedMail(mail, world.settings.pinned, now());
        const said = "code" in read ? null : understand(read);
        if (said?.kind !== "pin") throw new Error("a PIN mail that cannot be read");
        const zip = await pages.pinFile(said.url);
        visited.set(said.url, zip);
        const file = await readPinFile(zip);
        const [row] = "rows" in file ? file.rows : [];
        if (!row) throw new Error("a page without a PIN");
        return row;
      },
    });
  } finally {
    await site.stop();
    await db.$disconnect();
  }
}
