/** Applications that come before the root's ceremony. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { switchTo } from "@/server/ca/local/ceremony/use.ts";
import { exampleAuthority } from "@/server/ca/local/profiles.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import { ownSealing } from "@/server/sealing.ts";
import { bringList, certified, keysElsewhere, openRoot } from "../ca/ceremony.ts";
import { form, openPortal } from "./portal.ts";

const portal = openPortal({ CA_ROOT: "offline" });

test("wait without a word to the applicant, and go on by themselves when the CA is there", async () => {
  const member = await portal.newMember();
  const world = portal.ports();
  await requestCertificate(world, { ...form, memberId: member.id, locale: "ja" });
  await portal.statusIs(member, "requested");
  // As the sweep finds them later.
  await world.db.order.updateMany({ data: { placedAt: new Date(Date.now() - 10 * 60_000) } });
  await portal.takeUp();
  await portal.statusIs(member, "requested");
  expect(await portal.mailsTo(member)).toEqual([]);

  const office = {
    db: world.db,
    now: world.now,
    sealing: ownSealing(),
    publicUrl: "http://localhost:3000",
    authority: exampleAuthority,
    root: "offline" as const,
    elsewhere: keysElsewhere(),
  };
  const ceremony = { world: office };
  const { folder, fingerprint } = await openRoot(office.now());
  const root = { folder, fingerprint, certificate: readFileSync(join(folder, "root.pem")) };
  expect(await certified(ceremony, root, "client")).toBe("client");
  await bringList(ceremony, folder);
  expect(await switchTo(office, { id: "client" })).toHaveProperty("done");

  await portal.takeUp();
  await portal.mailTo(member, "[UPKI] クライアント証明書発行受付通知");
  await portal.statusIs(member, "pin_ready");
});
