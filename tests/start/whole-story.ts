/** What a member lives through, at a portal whose Inngest and mail are elsewhere. */
import { createHash } from "node:crypto";
import { createSecureContext } from "node:tls";
import { expect, vi } from "vitest";
import type { Dashboard, EnrollmentDetail } from "@/server/enrollment/views.ts";
import { demoInstitutions } from "@/server/federation/demo/institutions.ts";
import { providerIdOf } from "@/server/federation/metadata/read-providers.ts";
import type { InngestServer } from "@/tests/support/inngest-server.ts";
import type { Institution } from "@/tests/support/institution.ts";
import type { MailServer } from "@/tests/support/mail-servers.ts";
import { collectUrlIn } from "@/tests/support/outbox.ts";
import type { Visitor } from "@/tests/support/visitor.ts";

export type Stage = {
  base: string;
  institution: Institution;
  visitor: Visitor;
  inngest: InngestServer;
  mail: MailServer;
};

const named = (inngest: InngestServer, name: string) =>
  inngest.events.filter((event) => event.name === name).length;

/** From the login to the certificate and its end. */
export async function wholeStory({ base, institution, visitor, inngest, mail }: Stage) {
  const idp = providerIdOf(demoInstitutions.a.entityId);
  const service = await (await visitor.send("/api/saml/metadata")).text();
  await visitor.logInAt(idp, "hanako", (sso) => institution.answer(sso, service, "hanako"));

  const { requestKeys } = await visitor.query<Dashboard>("enrollment.list", { all: true });
  const wish = { kind: "client", months: 52, key: requestKeys.client };
  const { number } = await visitor.mutate<{ number: number }>("enrollment.request", wish);
  // Nothing runs behind an answer: what it promises is with Inngest already.
  expect(named(inngest, "enrollment/order.placed")).toBe(1);

  const detail = () => visitor.query<EnrollmentDetail>("enrollment.get", { number });
  const pin = await vi.waitFor(
    async () => {
      const now = await detail();
      expect(now.letters).toMatchObject([{ kind: "acceptance", status: "sent" }]);
      return now.pin.state === "ready" ? now.pin.value : "";
    },
    { timeout: 20_000, interval: 100 },
  );
  const url = new URL(collectUrlIn(mail.mails[0] ?? { text: "" }));
  expect(url.origin).toBe(base);
  const ticket = url.pathname.split("/").at(-1) ?? "";

  const right = await visitor.mutate<{ browser: string }>("issuing.enterPin", { ticket, pin });
  visitor.keep(`issue-${createHash("sha256").update(ticket).digest("hex").slice(0, 16)}`, right.browser);
  const before = named(inngest, "enrollment/order.changed");
  const file = await visitor.post(`${url.pathname}/file`, { madeBy: "server", encryption: "modern" });
  expect(file.status).toBe(200);
  expect(named(inngest, "enrollment/order.changed")).toBeGreaterThan(before);
  createSecureContext({ pfx: Buffer.from(await file.arrayBuffer()), passphrase: pin });

  await vi.waitFor(async () => expect((await detail()).letters).toHaveLength(2), {
    timeout: 20_000,
    interval: 100,
  });
  await visitor.mutate("enrollment.revoke", { number, reason: "superseded" });
  await vi.waitFor(async () => expect((await detail()).status).toBe("revoked"), {
    timeout: 20_000,
    interval: 100,
  });
  await vi.waitFor(() => expect(mail.mails).toHaveLength(3), { timeout: 20_000, interval: 100 });
  expect(mail.mails.flatMap(({ to }) => to)).toEqual(Array(3).fill("hanako@a.example.ac.jp"));
  // One of them came twice, and is one mail all the same.
  expect(mail.attempts).toHaveLength(4);
  expect(new Set(mail.attempts).size).toBe(3);
}
