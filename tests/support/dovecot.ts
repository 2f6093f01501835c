/** A mail server that people use, Dovecot, with mailboxes of its own in a folder. */
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "@/bin/free-port.ts";
import { openssl } from "./openssl.ts";
import { withServices } from "./tools.ts";

export type Dovecot = Awaited<ReturnType<typeof openDovecot>>;

/** `accounts`: user to password. Its TLS certificate is for localhost, and its own authority. */
export async function openDovecot(folder: string, accounts: Readonly<Record<string, string>>) {
  const [plain, secure] = [await freePort(), await freePort()];
  const [key, certificate] = [join(folder, "tls.key"), join(folder, "tls.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", ...subject];
  await openssl([...request, "-keyout", key, "-out", certificate]);
  const users = Object.entries(accounts).map(([user, password]) => `${user}:{PLAIN}${password}`);
  writeFileSync(join(folder, "users"), `${users.join("\n")}\n`);
  writeFileSync(join(folder, "dovecot.conf"), configuration({ folder, plain, secure, key, certificate }));

  const daemon = spawn("dovecot", ["-F", "-c", join(folder, "dovecot.conf")], {
    env: withServices,
    stdio: "ignore",
  });
  const ended = new Promise<void>((done) => daemon.once("close", () => done()));
  const stop = async () => {
    daemon.kill();
    await ended;
  };
  process.once("exit", () => daemon.kill());
  for (let tries = 0; !read(folder, "dovecot.log").includes("starting up for imap"); tries++) {
    if (daemon.exitCode !== null || tries === 200) {
      await stop();
      throw new Error(`Dovecot did not start: ${read(folder, "dovecot.log")}`);
    }
    await pause(50);
  }
  return { plain, secure, certificate: readFileSync(certificate, "utf8"), stop };
}

/** As root it serves mails as `nobody`, for it refuses root; else as whoever runs it, without other users. */
function configuration(at: {
  folder: string;
  plain: number;
  secure: number;
  key: string;
  certificate: string;
}): string {
  const { username, uid, gid } = userInfo();
  const isRoot = uid === 0;
  const mailOwner = isRoot ? { uid: 65534, gid: idOfGroup("nogroup") } : { uid, gid };
  const mails = join(at.folder, "mails");
  mkdirSync(mails);
  if (isRoot) {
    chmodSync(at.folder, 0o755);
    chownSync(mails, mailOwner.uid, mailOwner.gid);
  }
  const alone = `
default_internal_user = ${username}
default_login_user = ${username}
default_internal_group = ${execFileSync("id", ["-gn"], { encoding: "utf8" }).trim()}
`;
  return `
protocols = imap
listen = 127.0.0.1
base_dir = ${join(at.folder, "run")}
state_dir = ${join(at.folder, "run")}
log_path = ${join(at.folder, "dovecot.log")}
ssl = yes
ssl_cert = <${at.certificate}
ssl_key = <${at.key}
mail_location = maildir:${mails}/%u
first_valid_gid = 0
passdb {
  driver = passwd-file
  args = ${join(at.folder, "users")}
}
userdb {
  driver = static
  args = uid=${mailOwner.uid} gid=${mailOwner.gid} home=${mails}/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${at.plain}
  }
  inet_listener imaps {
    port = ${at.secure}
    ssl = yes
  }
}
service anvil {
  chroot =
}
${isRoot ? "" : alone}`;
}

function idOfGroup(name: string): number {
  const line = readFileSync("/etc/group", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  return Number(line?.split(":")[2] ?? 65534);
}

function read(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), "utf8");
  } catch {
    return "";
  }
}
