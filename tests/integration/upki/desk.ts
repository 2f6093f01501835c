/** The heart and the connector at a stand-in of NII's service, without the workflows: each deed when the test says so, and a clock that it moves. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll } from "vitest";
import { LocalCa } from "@/server/ca/local/local-ca.ts";
import { takePosted } from "@/server/ca/upki/door.ts";
import { openSite, upkiSettingsOf } from "@/server/ca/upki/open.ts";
import { upkiRules } from "@/server/ca/upki/rules.ts";
import { dnColumnOf } from "@/server/ca/upki/tsv.ts";
import { type Upki, upkiOf } from "@/server/ca/upki/upki.ts";
import { UpkiCa } from "@/server/ca/upki/upki-ca.ts";
import type { Site, World } from "@/server/ca/upki/world.ts";
import { type Database, openDatabase } from "@/server/db.ts";
import { revokeAtCa, submitOrder } from "@/server/enrollment/carry-out.ts";
import { hear, hearAll } from "@/server/enrollment/orders.ts";
import { detailOf } from "@/server/enrollment/records.ts";
import { renewCertificate } from "@/server/enrollment/renew.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import { revokeCertificate } from "@/server/enrollment/revoke.ts";
import { readEnv } from "@/server/env.ts";
import type { Member } from "@/server/generated/prisma/client.ts";
import type { Ports, RevocationReason } from "@/server/ports.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";
import { portalSettings } from "@/tests/support/upki-site/portal-settings.ts";
import { openPost, type Post } from "@/tests/support/upki-site/post.ts";
import { startUpkiSite, type UpkiSite } from "@/tests/support/upki-site/start.ts";

export const mailbox = "upki@portal.example.ac.jp";
const secret = "a-secret-of-thirty-two-characters-or-more";
const entityId = "https://idp.a.example.ac.jp/idp";

type Known = { kind: string; dn: string; serial: string; oldSerial: string; state: string; uploads: number };

/** To be called once, at the top of a test file. */
export function openDesk({ transport = "site" }: { transport?: "site" | "manual" } = {}) {
  const key = randomBytes(32);
  let db: Database;
  let databaseUrl: string;
  let site: UpkiSite;
  let post: Post;
  let intake: Server;
  let folder: string;
  let ahead = 0;
  let people = 0;
  let settings: Record<string, string>;
  let world: World;
  let nii: Upki;
  let ports: Ports;
  const now = () => new Date(Date.now() + ahead);

  beforeAll(async () => {
    databaseUrl = await testDatabaseUrl();
    db = openDatabase(databaseUrl);
    folder = await mkdtemp(join(tmpdir(), "portal-desk-"));
    intake = createServer(async (request, response) => {
      const body = await buffer(request);
      const headers = { authorization: request.headers.authorization ?? "" };
      const asked = new Request("http://localhost/api/upki/mail", { method: "POST", headers, body });
      const answer = await takePosted(nii, asked).catch(() => new Response("", { status: 503 }));
      response.writeHead(answer.status).end(await answer.text());
    });
    await new Promise<void>((done) => intake.listen(0, "127.0.0.1", done));
    const portal = `http://127.0.0.1:${(intake.address() as AddressInfo).port}`;
    post = await openPost({ mailbox, secret, portal, folder });
    site = await startUpkiSite({ folder: join(folder, "site"), mailbox, smtp: post.url });
    settings = {
      DATABASE_URL: "postgresql://localhost/none",
      BASE_URL: "http://localhost:3000",
      AUTH_SECRET: randomBytes(32).toString("hex"),
      SEALING_KEY: key.toString("base64"),
      DEMO_FEDERATION: "true",
      ...portalSettings(site, { mailbox, secret }),
      UPKI_TRANSPORT: transport,
    };
    const env = readEnv(settings);
    world = {
      db,
      now,
      sealing: sealing(key),
      tell: (tx, facts) => hearAll(tx, facts, now()),
      settings: upkiSettingsOf(env),
      site: openSite(env),
      wakeOutbox: async () => {},
    };
    nii = upkiOf(world, env);
    const before = new LocalCa({
      ...world,
      tell: (tx, facts) => hear(tx, facts, now()),
      baseUrl: env.BASE_URL,
    });
    ports = {
      db,
      now,
      ca: new UpkiCa(world, before),
      rules: upkiRules(world.settings),
      wakeOutbox: async () => {},
      settings: { clientCertificateLimit: 1000 },
    };
    await db.institution.create({
      data: {
        entityId,
        nameJa: "デモ大学A",
        nameEn: "Demo University A",
        dnBase: "O=Demo University A,L=Academe,C=JP",
      },
    });
  });

  afterAll(async () => {
    await site?.stop();
    await post?.close();
    intake?.closeAllConnections();
    await new Promise((done) => intake?.close(done));
    await db?.$disconnect();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const desk = {
    db: () => db,
    databaseUrl: () => databaseUrl,
    ahead: () => ahead,
    ports: () => ports,
    world: () => world,
    nii: () => nii,
    site: () => site,
    /** What a process of its own needs to do the same. */
    settings: () => settings,
    control: (path: string, body?: object) => site.control(path, body),
    arm: (fault: { kind: string; times?: number; page?: string; mail?: string; ms?: number }) =>
      site.control("/faults", fault),

    /** Time goes by, for the portal. */
    pass(minutes: number) {
      ahead += minutes * 60_000;
    },

    async newMember(): Promise<Member> {
      const person = ++people;
      const name = `hanako${person}`;
      const institution = await db.institution.findUniqueOrThrow({ where: { entityId } });
      return db.member.create({
        data: {
          institutionId: institution.id,
          subject: `uniqueId:${name}`,
          displayName: `Hanako Kokuritsu ${person}`,
          displayNameJa: "国立 花子",
          eppn: `${name}@a.example.ac.jp`,
          mails: [`${name}@a.example.ac.jp`],
        },
      });
    },

    async apply(member: Member): Promise<void> {
      const count = await db.enrollment.count({ where: { memberId: member.id } });
      await requestCertificate(ports, {
        memberId: member.id,
        kind: "client",
        months: 52,
        key: `client:${count}`,
        locale: "ja",
      });
      await desk.submit(member);
    },

    async renew(member: Member): Promise<void> {
      const { sequence } = await desk.detail(member);
      await renewCertificate(ports, { memberId: member.id, number: 1, sequence });
      await desk.submit(member);
    },

    async revoke(member: Member, reason: RevocationReason = "keyCompromise"): Promise<void> {
      await revokeCertificate(ports, { memberId: member.id, number: 1, reason });
      await desk.submit(member);
    },

    /** As the workflows do, any number of times. */
    async submit(member: Member): Promise<void> {
      const enrollments = await db.enrollment.findMany({
        where: { memberId: member.id },
        include: { orders: true },
      });
      for (const { id, status, orders } of enrollments) {
        for (const order of orders) await submitOrder(ports, order.id);
        if (status === "revoking") await revokeAtCa(ports, id);
      }
    },

    detail: (member: Member, number = 1) => detailOf(ports, member.id, number),

    async enrollmentOf(member: Member): Promise<string> {
      return (await db.enrollment.findFirstOrThrow({ where: { memberId: member.id } })).id;
    },

    async nameOf(member: Member): Promise<string> {
      const { dn } = await db.enrollment.findFirstOrThrow({ where: { memberId: member.id } });
      return dnColumnOf(dn);
    },

    /** Everything that is due goes out, every mail that was sent has come, and PINs are fetched. */
    async settle(): Promise<void> {
      await nii.send();
      await desk.mailsHaveCome();
      await nii.fetchPins();
      await nii.catchUp();
    },

    /** The service has sent what it will send for now; what is lost stays so. */
    async mailsHaveCome(): Promise<void> {
      for (;;) {
        const { mails } = await site.control("/state");
        const left = mails.filter(({ sent, lost }: { sent: string | null; lost: boolean }) => !sent && !lost);
        if (left.length === 0) return;
        await new Promise((resolve) => setImmediate(resolve));
      }
    },

    /** After a fault: hours pass, and all that comes by the clock comes by, the nightly list too. */
    async recover(member: Member): Promise<void> {
      for (let n = 0; n < 4; n++) {
        desk.pass(61);
        await desk.submit(member);
        await desk.settle();
      }
      await nii.reconcile();
      await desk.mailsHaveCome();
    },

    async pin(member: Member): Promise<string> {
      const { pin } = await desk.detail(member);
      if (pin.state !== "ready") throw new Error(`the PIN is ${pin.state}`);
      return pin.value;
    },

    /** As the member does at NII's site. The serial number, decimal. */
    async collect(member: Member, pin?: string): Promise<string> {
      const asked = { dn: await desk.nameOf(member), pin: pin ?? (await desk.pin(member)) };
      const { serial } = await site.control("/collect", asked);
      return serial;
    },

    /** What the service has of the member's name. */
    async known(member: Member): Promise<Known[]> {
      const [{ requests }, name] = await Promise.all([site.control("/state"), desk.nameOf(member)]);
      return requests.filter(({ dn }: Known) => dn === name);
    },

    /** Another of our processes, at another site of the service's. */
    elsewhere: (parts: Partial<World> & { site?: Site }) => upkiOf({ ...world, ...parts }, readEnv(settings)),
  };
  return desk;
}
