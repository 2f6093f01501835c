/** A process that dies at a named point of its work with the service, by its own SIGKILL. Run by plain Node: `kill-victim.ts <what it needs, as JSON>`. */
import { openSite, upkiSettingsOf } from "../../../server/ca/upki/open.ts";
import { upkiOf } from "../../../server/ca/upki/upki.ts";
import type { World } from "../../../server/ca/upki/world.ts";
import { openDatabase } from "../../../server/db.ts";
import { hearAll } from "../../../server/enrollment/orders.ts";
import { readEnv } from "../../../server/env.ts";
import { sealing } from "../../../server/secrets/sealing.ts";

export type Errand = {
  databaseUrl: string;
  settings: Record<string, string>;
  /** Milliseconds that the portal's clock is ahead. */
  ahead: number;
  deed: "send" | "pins" | "list" | "mail";
  /** The mail, in base64. */
  mail?: string;
  dieAt: "before_asking" | "after_answer" | "before_telling" | "after_telling";
};

const errand = JSON.parse(process.argv[2] ?? "") as Errand;
const env = readEnv(errand.settings);
const now = () => new Date(Date.now() + errand.ahead);
const real = openSite(env);

function dieIf(point: Errand["dieAt"]): void {
  if (errand.dieAt === point) process.kill(process.pid, "SIGKILL");
}

async function asking<T>(ask: () => Promise<T>): Promise<T> {
  dieIf("before_asking");
  const answer = await ask();
  dieIf("after_answer");
  return answer;
}

const world: World = {
  db: openDatabase(errand.databaseUrl),
  now,
  sealing: sealing(Buffer.from(env.SEALING_KEY, "base64")),
  tell: async (tx, facts) => {
    dieIf("before_telling");
    await hearAll(tx, facts, now());
    dieIf("after_telling");
  },
  settings: upkiSettingsOf(env),
  site: {
    upload: (request) => asking(() => real.upload(request)),
    list: () => asking(() => real.list()),
    pinFile: (url) => asking(() => real.pinFile(url)),
  },
  wakeOutbox: async () => {},
};

const nii = upkiOf(world, env);
if (errand.deed === "send") await nii.send();
if (errand.deed === "pins") await nii.fetchPins();
if (errand.deed === "list") await nii.reconcile();
if (errand.deed === "mail") {
  const { receiveMail } = await import("../../../server/ca/upki/intake.ts");
  await receiveMail(world, Buffer.from(errand.mail ?? "", "base64"), "upload");
}
await world.db.$disconnect();
