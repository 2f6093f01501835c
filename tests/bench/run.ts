/** `npm run bench`: what the portal does in a second, beside its peers, on the machine at hand. Needs a build: `npm start` makes one. */
import { cpus } from "node:os";
import { benchIssuing } from "./issuing.ts";
import { benchPages } from "./pages.ts";

console.log(`${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`);
await benchIssuing();
await benchPages();
process.exit(0);
