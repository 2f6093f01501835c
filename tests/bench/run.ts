/** `npm run bench`: what the portal does in a second, beside its peers, on the machine at hand. */
import { cpus } from "node:os";
import { benchIssuing } from "./issuing.ts";

console.log(`${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`);
await benchIssuing();
