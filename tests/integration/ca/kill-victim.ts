/** A process that the kill test kills: a CA at work on downloads. Run by plain Node: `kill-victim.ts <database url> <sealing key>`. */
import { createInterface } from "node:readline";
import { LocalCa } from "../../../server/ca/local/local-ca.ts";
import { openDatabase } from "../../../server/db.ts";
import { hear } from "../../../server/enrollment/orders.ts";
import { sealing } from "../../../server/secrets/sealing.ts";

/** `request`: in base64; null asks for a key of the server's making. */
export type Errand = { orderId: string; ticket: string; browser: string; request: string | null };

const [url = "", key = ""] = process.argv.slice(2);
const now = () => new Date();
const ca = new LocalCa({
  db: openDatabase(url),
  now,
  sealing: sealing(Buffer.from(key, "base64")),
  tell: (tx, facts) => hear(tx, facts, now()),
  baseUrl: "http://ca.example.ac.jp",
});

/** What is handed out, in base64. */
async function run({ ticket, browser, request }: Errand): Promise<string> {
  if (request === null) {
    const answer = await ca.collect({ ticket, browser, encryption: "modern" });
    return answer.result === "package" ? Buffer.from(answer.file).toString("base64") : answer.because;
  }
  const asked = { ticket, browser, request: Buffer.from(request, "base64"), origin: "browser" } as const;
  const answer = await ca.certify(asked);
  return answer.result === "certificate" ? Buffer.from(answer.certificate).toString("base64") : answer.result;
}

await ca.open();
process.stdout.write("ready\n");
// A line is what is asked for at once; each answer is a line of its own.
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write("begun\n");
  for (const errand of JSON.parse(line) as Errand[]) {
    void run(errand).then((answer) => process.stdout.write(`${errand.orderId} ${answer}\n`));
  }
}
