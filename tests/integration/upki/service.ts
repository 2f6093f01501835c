/** The portal with the stand-in of NII's service as its CA, and the post between them. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll } from "vitest";
import { dnColumnOf } from "@/server/ca/upki/tsv.ts";
import type { Member } from "@/server/generated/prisma/client.ts";
import { portalSettings } from "@/tests/support/upki-site/portal-settings.ts";
import { openPost, type Post } from "@/tests/support/upki-site/post.ts";
import { startUpkiSite, type UpkiSite } from "@/tests/support/upki-site/start.ts";
import { openPortal } from "../workflows/portal.ts";

export const mailbox = "upki@portal.example.ac.jp";
const secret = "a-secret-of-thirty-two-characters-or-more";

/** To be called once, at the top of a test file. */
export function openUpkiPortal(settings: Readonly<Record<string, string>> = {}) {
  let site: UpkiSite;
  let post: Post;
  let intake: Server;
  let folder: string;

  const portal = openPortal(async () => {
    folder = await mkdtemp(join(tmpdir(), "portal-upki-"));
    intake = createServer(async (request, response) => {
      const body = await buffer(request);
      const headers = { authorization: request.headers.authorization ?? "" };
      const asked = new Request("http://localhost/api/upki/mail", { method: "POST", headers, body });
      const { takePosted } = await import("@/server/ca/upki/door.ts");
      const answer = await takePosted(portal.upki(), asked);
      response.writeHead(answer.status).end(await answer.text());
    });
    await new Promise<void>((done) => intake.listen(0, "127.0.0.1", done));
    const at = `http://127.0.0.1:${(intake.address() as AddressInfo).port}`;
    post = await openPost({ mailbox, secret, portal: at, folder });
    site = await startUpkiSite({ folder: join(folder, "site"), mailbox, smtp: post.url });
    return {
      ...portalSettings(site, { mailbox, secret }),
      UPKI_SETTLING_SECONDS: "1",
      ...settings,
    };
  });

  afterAll(async () => {
    await site?.stop();
    await post?.close();
    intake?.closeAllConnections();
    await new Promise((done) => intake?.close(done));
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const nameOf = async (member: Member, number = 1) => {
    const { dn } = await portal.ports().db.enrollment.findFirstOrThrow({
      where: { memberId: member.id, number },
    });
    return dnColumnOf(dn);
  };

  return {
    ...portal,
    site: () => site,
    /** The connector; a portal that has one. */
    nii() {
      const connector = portal.upki();
      if (!connector) throw new Error("no connector");
      return connector;
    },
    nameOf,
    /** As the member does at NII's site with the PIN of the detail page: the serial number, decimal. */
    async collect(member: Member, pin: string, number = 1): Promise<string> {
      const { serial } = await site.control("/collect", { dn: await nameOf(member, number), pin });
      return serial;
    },
    /** What the service has of a name. */
    async known(dn: string): Promise<{ kind: string; serial: string; state: string; uploads: number }[]> {
      const { requests } = await site.control("/state");
      return requests.filter((request: { dn: string }) => request.dn === dn);
    },
  };
}
