/**
 * `npm run bench`: what the portal does in a second, beside its peers, on the machine at hand. `npm run bench -- metadata` runs what is
 * named and nothing else. Some need a build: `npm start` makes one.
 */
import { cpus } from "node:os";

/** Loaded when it is run: what one bench needs is no weight on another's figures. */
const benches: Record<string, () => Promise<void>> = {
  signing: async () => (await import("./signing.ts")).benchSigning(),
  signers: async () => (await import("./signers.ts")).benchSigners(),
  issuing: async () => (await import("./issuing.ts")).benchIssuing(),
  pkcs12: async () => (await import("./pkcs12.ts")).benchPkcs12(),
  crl: async () => (await import("./crl.ts")).benchCrl(),
  lists: async () => (await import("./lists.ts")).benchLists(),
  ocsp: async () => (await import("./ocsp.ts")).benchOcsp(),
  revocation: async () => (await import("./revocation.ts")).benchRevocation(),
  upki: async () => (await import("./upki.ts")).benchUpki(),
  logins: async () => (await import("./logins.ts")).benchLogins(),
  overview: async () => (await import("./overview.ts")).benchOverview(),
  audit: async () => (await import("./audit.ts")).benchAudit(),
  pages: async () => (await import("./pages.ts")).benchPages(),
  discovery: async () => (await import("./discovery.ts")).benchDiscovery(),
  metadata: async () => (await import("./metadata.ts")).benchMetadata(),
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(
    `There is no bench called ${unknown.join(", ")}. There are: ${Object.keys(benches).join(", ")}.`,
  );
  process.exit(1);
}

console.log(`${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`);
for (const [name, bench] of Object.entries(benches))
  if (names.length === 0 || names.includes(name)) await bench();
process.exit(0);
