/** The peer: `cfssl serve` (Debian: golang-cfssl), which signs requests over HTTP and keeps each certificate in PostgreSQL. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import pg from "pg";
import { freePort } from "../../bin/free-port.ts";

/** cfssl's own (certdb/pg/migrations). */
const table = `
  CREATE TABLE certificates (
    serial_number bytea NOT NULL, authority_key_identifier bytea NOT NULL, ca_label bytea, status bytea NOT NULL,
    reason int, expiry timestamptz, revoked_at timestamptz, pem bytea NOT NULL,
    PRIMARY KEY (serial_number, authority_key_identifier))`;

/** What our client certificates say as well. */
const profile = {
  usages: ["digital signature", "key encipherment", "client auth"],
  expiry: "37960h",
  crl_url: "http://localhost:3000/pki/client.crl",
  ocsp_url: "http://localhost:3000/ocsp",
  issuer_urls: ["http://localhost:3000/pki/client.cer"],
};

export type Cfssl = {
  /** @param csr PEM */
  sign: (csr: string) => Promise<void>;
  /** How many certificates its database has. */
  count: () => Promise<number>;
  stop: () => Promise<void>;
};

/** @param ca PEM. `url`: an empty database of its own. */
export async function startCfssl(of: {
  folder: string;
  url: string;
  ca: { certificate: string; key: string };
  atOnce: number;
}): Promise<Cfssl> {
  const file = (name: string, content: string) => {
    const path = join(of.folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const pool = new pg.Pool({ connectionString: of.url, max: 1 });
  // Nobody else hears it when the server goes away under an idle connection.
  pool.on("error", () => {});
  await pool.query(table);
  const database = { driver: "postgres", data_source: `${of.url}?sslmode=disable` };
  const port = await freePort();
  const flags = {
    address: "127.0.0.1",
    port: String(port),
    ca: file("cfssl-ca.pem", of.ca.certificate),
    "ca-key": file("cfssl-ca.key", of.ca.key),
    config: file("cfssl.json", JSON.stringify({ signing: { default: profile } })),
    "db-config": file("cfssl-db.json", JSON.stringify(database)),
    loglevel: "3",
  };
  const args = Object.entries(flags).map(([name, value]) => `-${name}=${value}`);
  const child = spawn("cfssl", ["serve", ...args], { stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(child, "exit");
  const agent = new Agent({ keepAlive: true, maxSockets: of.atOnce });
  const options = { agent, host: "127.0.0.1", port, method: "POST", path: "/api/v1/cfssl/sign" };

  const sign = (csr: string) =>
    new Promise<void>((resolve, reject) => {
      const asked = request(options, (answer) => {
        let said = "";
        answer.setEncoding("utf8").on("data", (part: string) => {
          said += part;
        });
        answer.on("end", () =>
          said.includes('"success":true') ? resolve() : reject(new Error(`cfssl: ${said.slice(0, 300)}`)),
        );
      });
      asked.on("error", reject).end(JSON.stringify({ certificate_request: csr, hosts: [""] }));
    });
  return {
    sign,
    count: async () =>
      (await pool.query<{ n: number }>("SELECT count(*)::int AS n FROM certificates")).rows[0]?.n ?? 0,
    stop: async () => {
      agent.destroy();
      child.kill();
      await ended;
      await pool.end();
    },
  };
}

/** Settles when it answers; its start is none of the figures. */
export async function answers(cfssl: Cfssl, csr: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await cfssl.sign(csr);
    } catch (error) {
      if (attempt > 200 || !String(error).includes("ECONNREFUSED")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
