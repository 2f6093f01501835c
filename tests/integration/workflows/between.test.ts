/** What happens between a look and the wait after it, of which that wait hears nothing. */
import { test } from "vitest";
import { requestCertificate } from "@/server/enrollment/request.ts";
import { form, openPortal } from "./portal.ts";

const portal = openPortal();

test("what is downloaded there is mailed of a minute later", async () => {
  const member = await portal.newMember();
  portal.whenRun("look-for-download-1", async () => {
    await portal.collectWith(await portal.mailTo(member, "発行受付通知"), member);
    await portal.eventsRouted();
  });
  await requestCertificate(portal.ports(), { ...form, memberId: member.id, locale: "ja" });
  await portal.minuteOver("wait-for-download-1");
  await portal.mailTo(member, "取得通知");
});
