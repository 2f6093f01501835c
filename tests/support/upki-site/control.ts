/** The door for tests, on the loopback: faults, time, members and registrars that act, and what the site knows. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { type Fault, faultKinds } from "./faults.ts";
import { type Request, seenKey } from "./ledger.ts";
import {
  collect,
  isOpen,
  issueUnknown,
  type Parts,
  revokeByHand,
  tryPin,
  waitingFor,
  work,
} from "./service.ts";

type Body = Record<string, unknown>;
type Deed = (parts: Parts, body: Body) => Promise<object> | object;

/** Says why a deed is not possible: 409. */
class Refused extends Error {}

const text = (body: Body, name: string, instead?: string): string => {
  const value = body[name] ?? instead;
  if (typeof value !== "string") throw new Refused(`${name} is missing`);
  return value;
};

const deeds: Record<string, Deed> = {
  "GET /state": stateOf,
  "GET /faults": ({ ledger }) => ({ faults: ledger.state.faults.filter(({ times }) => times > 0) }),
  "GET /mails": ({ ledger }) => ({ mails: ledger.state.letters }),
  "POST /faults": async ({ ledger }, body) => {
    const fault = { times: 1, ...body } as Fault;
    if (!faultKinds.includes(fault.kind)) throw new Refused(`no fault ${fault.kind}`);
    ledger.state.faults.push(fault);
    await ledger.save();
    return { armed: fault };
  },
  "POST /calm": async ({ ledger }) => {
    ledger.state.faults = [];
    await ledger.save();
    return {};
  },
  "POST /work": async (parts) => ({ worked: await work(parts) }),
  "POST /expire": async ({ ledger }, body) => {
    const request = waitingFor(ledger, text(body, "dn"));
    if (!request) throw new Refused("nothing of this name waits to be collected");
    request.collectUntil = new Date(Date.now() - 1000).toISOString();
    await ledger.save();
    return { collectUntil: request.collectUntil };
  },
  "POST /collect": async (parts, body) => {
    const request = waitingFor(parts.ledger, text(body, "dn"));
    if (!isOpen(request)) throw new Refused("指定されたURLへのアクセスは拒否されました。");
    const answer = tryPin(request, text(body, "pin"));
    if (answer === "locked") throw new Refused("有効な証明書情報がありません。");
    if (answer === "wrong") throw new Refused("アクセスPINが正しくありません。");
    const p12 = await collect(parts, request, { isKeyKept: body.key === "kept" });
    return { serial: request.serial, notAfter: request.notAfter, p12: p12.toString("base64") };
  },
  "POST /revoke": async (parts, body) => {
    const [reason, comment] = [text(body, "reason", "5"), text(body, "comment", "")];
    if (!(await revokeByHand(parts, text(body, "serial"), reason, comment)))
      throw new Refused("no such certificate is in force");
    return {};
  },
  "POST /issue-unknown": (parts, body) =>
    issueUnknown(parts, {
      dn: text(body, "dn"),
      profile: text(body, "profile", "5"),
      mail: text(body, "mail", "hanako@example.ac.jp"),
      name: text(body, "name", "国立 花子"),
    }),
  "POST /mail": async ({ ledger, post }, body) => {
    const letter = post.write({
      kind: "other",
      to: [text(body, "to")],
      dn: "",
      subject: text(body, "subject"),
      text: text(body, "text"),
    });
    await ledger.save();
    void post.send();
    return { id: letter.id };
  },
  "POST /reset": async ({ ledger, post }) => {
    ledger.clear();
    post.clear();
    await ledger.save();
    return {};
  },
};

export async function openControl(parts: Parts, port: number) {
  const server = createServer(async (question, reply) => {
    const url = new URL(question.url ?? "/", "http://localhost");
    try {
      await parts.settled;
      await parts.ledger.save();
      const id = /^\/mails\/(\d+)$/.exec(url.pathname)?.[1];
      if (question.method === "GET" && id) {
        reply.setHeader("Content-Type", "message/rfc822");
        reply.end(await parts.post.read(Number(id)));
        return;
      }
      const deed = deeds[`${question.method} ${url.pathname}`];
      const said = deed ? await deed(parts, await bodyOf(question)) : { error: "no such deed" };
      reply.setHeader("Content-Type", "application/json");
      reply.writeHead(deed ? 200 : 404).end(JSON.stringify(said));
    } catch (error) {
      reply.setHeader("Content-Type", "application/json");
      const status = error instanceof Refused ? 409 : 500;
      reply.writeHead(status).end(JSON.stringify({ error: (error as Error).message }));
    }
  });
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", done);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function bodyOf(question: IncomingMessage): Promise<Body> {
  const hasBody = question.headers["content-length"] && question.headers["content-length"] !== "0";
  return hasBody ? ((await json(question)) as Body) : {};
}

function stateOf({ ledger }: Parts): object {
  const { requests, uploads, letters, seen } = ledger.state;
  return {
    requests: requests.map((request) => ({
      id: request.id,
      kind: request.kind,
      dn: request.dn,
      serial: request.serial,
      oldSerial: request.oldSerial,
      state: stateWord(request),
      reason: request.reason,
      comment: request.comment,
      pinFetched: request.pinFetchedAt !== "",
      notAfter: request.notAfter,
      collectUntil: request.collectUntil,
      uploads: seen[seenKey(request.kind, request.dn, request.oldSerial)] ?? 0,
    })),
    uploads,
    mails: letters.map(({ id, kind, to, dn, subject, sent, copies, lost }) => ({
      id,
      kind,
      to,
      dn,
      subject,
      sent,
      copies,
      lost,
    })),
  };
}

function stateWord(request: Request): string {
  return request.state === "to_collect" && !isOpen(request) ? "lapsed" : request.state;
}
