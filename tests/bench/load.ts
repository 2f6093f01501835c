/**
 * Questions over plain sockets as fast as answers come, in a process of its own: `node load.ts <file>`, where the file says as JSON what to send
 * (`Load`). Connections are kept as long as the server keeps them. Prints answers a second.
 */
import { readFileSync } from "node:fs";
import { connect } from "node:net";

export type Load = {
  port: number;
  /** Whose CPU time is told. */
  pid: number;
  /** Whole HTTP requests, base64; sent in turn. */
  requests: string[];
  connections: number;
  /** Milliseconds before counting begins, and of counting. */
  warmUp: number;
  time: number;
};

export type Loaded = {
  perSecond: number;
  /** Answers for each second that the server's own process was at work; null where there is no /proc. */
  perCpuSecond: number;
};

const load: Load = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
const requests = load.requests.map((request) => Buffer.from(request, "base64"));
let sent = 0;
let answered = 0;
let over = false;

/** One connection after the other: some servers end each after one answer. */
function open(): void {
  const socket = connect({ port: load.port, host: "127.0.0.1", noDelay: true });
  let rest = 0;
  let isOpen = false;
  const ask = () => socket.write(requests[sent++ % requests.length] as Buffer);
  socket.on("connect", ask);
  socket.on("data", (part: Buffer) => {
    if (isOpen) rest -= part.length;
    else rest = restOf(part);
    isOpen = rest > 0;
    if (isOpen) return;
    answered++;
    if (!over) ask();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    if (!over) open();
  });
}

/** Octets that are still to come after the first part, which holds all headers. */
function restOf(part: Buffer): number {
  const head = part.indexOf("\r\n\r\n");
  const text = part.toString("latin1", 0, head);
  if (head < 0 || !/^HTTP\/1\.[01] 200/.test(text)) throw new Error(`Not an answer: ${text.slice(0, 300)}`);
  const length = /\r\ncontent-length: (\d+)/i.exec(text);
  if (!length) throw new Error("An answer of unknown length.");
  return head + 4 + Number(length[1]) - part.length;
}

/** User and system time, in hundredths of a second (proc_pid_stat(5)). */
function cpuSeconds(): number {
  try {
    const fields = readFileSync(`/proc/${load.pid}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

for (let n = 0; n < load.connections; n++) open();
setTimeout(() => {
  const [before, began, worked] = [answered, performance.now(), cpuSeconds()];
  setTimeout(() => {
    over = true;
    if (answered === before) throw new Error("Nothing answered.");
    const perSecond = (answered - before) / ((performance.now() - began) / 1000);
    const perCpuSecond = (answered - before) / (cpuSeconds() - worked);
    console.log(JSON.stringify({ perSecond, perCpuSecond } satisfies Loaded));
    process.exit(0);
  }, load.time);
}, load.warmUp);
