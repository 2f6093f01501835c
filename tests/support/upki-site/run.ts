/** Starts the stand-in; when it is ready it prints one line of JSON that says where everything is. Ends with its input where `--tied` is given. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import forge from "node-forge";
import { type Identity, identitiesIn, p12Of, pemOf } from "./authority.ts";
import { openControl } from "./control.ts";
import { serve } from "./exchange.ts";
import { Ledger } from "./ledger.ts";
import { memberPages } from "./member-pages.ts";
import { PostOffice } from "./post-office.ts";
import { registrarPages } from "./registrar-pages.ts";
import { type Parts, work } from "./service.ts";
import { defaults, type Settings, sender } from "./settings.ts";

const { values } = parseArgs({
  options: {
    folder: { type: "string" },
    port: { type: "string" },
    mailbox: { type: "string" },
    registrar: { type: "string" },
    smtp: { type: "string" },
    queue: { type: "string" },
    "registrar-days": { type: "string" },
    /** Prints what the folder knows, and ends. */
    state: { type: "boolean" },
    tied: { type: "boolean" },
  },
});
if (!values.folder) throw new Error("--folder is wanted");
const settings: Settings = {
  folder: resolve(values.folder),
  port: Number(values.port ?? defaults.port),
  mailbox: values.mailbox ?? defaults.mailbox,
  registrar: values.registrar ?? defaults.registrar,
  smtp: values.smtp ?? defaults.smtp,
  queue: Number(values.queue ?? defaults.queue),
  registrarDays: Number(values["registrar-days"] ?? defaults.registrarDays),
};
mkdirSync(settings.folder, { recursive: true });

if (values.state) {
  process.stdout.write(`${JSON.stringify(new Ledger(settings.folder).state, null, 2)}\n`);
} else {
  if (values.tied) process.stdin.resume().on("end", () => process.exit(0));
  await start();
}

async function start(): Promise<void> {
  const ledger = new Ledger(settings.folder);
  const identities = await identitiesIn(settings.folder, settings.registrarDays);
  const post = new PostOffice(ledger, identities, settings.smtp);
  let publicUrl = "";
  const parts: Parts = {
    settings,
    ledger,
    identities,
    post,
    publicUrl: () => publicUrl,
    settled: Promise.resolve(),
  };
  const pem = ({ certificate }: Identity) => forge.pki.certificateToPem(certificate);
  const tls = { key: pemOf(identities.server.key), cert: pem(identities.server) };
  const mutual = { ...tls, ca: pem(identities.site), requestCert: true, rejectUnauthorized: true };

  const [first, second, third] = wantedPorts();
  const registrar = await serve(ledger, mutual, first, registrarPages(parts));
  const members = await serve(ledger, tls, second, memberPages(parts));
  const control = await openControl(parts, third);
  publicUrl = `https://localhost:${members.port}`;
  // URLs in mails must outlive a restart.
  writeFileSync(portsFile(), JSON.stringify([registrar.port, members.port, control.port]));

  const file = (name: string, content: string | Buffer) => {
    const path = join(settings.folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const passphrase = passphraseOf();
  const registrarP12 = join(settings.folder, "registrar.p12");
  if (!existsSync(registrarP12))
    file("registrar.p12", p12Of(identities.registrar, identities.site, passphrase, "registrar"));
  const ready = {
    url: `https://localhost:${registrar.port}`,
    publicUrl,
    siteCa: file("site-ca.pem", pem(identities.site)),
    registrarP12,
    passphrase,
    registrarCert: file("registrar-cert.pem", pem(identities.registrar)),
    registrarKey: file("registrar-key.pem", pemOf(identities.registrar.key)),
    mailCa: file("mail-ca.pem", pem(identities.mail)),
    clientCa: file("client-ca.pem", pem(identities.client)),
    smimeCa: file("smime-ca.pem", pem(identities.smime)),
    sender,
    control: `http://127.0.0.1:${control.port}`,
    smtp: settings.smtp,
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);

  void post.send();
  if (settings.queue === 0) await work(parts);
  else setInterval(() => void work(parts), settings.queue * 1000);
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, async () => {
      post.close();
      // The folder may be gone with whoever wanted it.
      await ledger.save().catch(() => {});
      process.exit(0);
    });
}

function portsFile(): string {
  return join(settings.folder, "ports.json");
}

/** The ports asked for, else those of the last time, else any. */
function wantedPorts(): [number, number, number] {
  if (settings.port > 0) return [settings.port, settings.port + 1, settings.port + 2];
  if (existsSync(portsFile())) return JSON.parse(readFileSync(portsFile(), "utf8"));
  return [0, 0, 0];
}

function passphraseOf(): string {
  const path = join(settings.folder, "registrar.json");
  if (!existsSync(path))
    writeFileSync(path, JSON.stringify({ passphrase: crypto.randomUUID() }), { mode: 0o600 });
  return JSON.parse(readFileSync(path, "utf8")).passphrase;
}
