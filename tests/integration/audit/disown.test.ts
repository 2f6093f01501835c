/** 身に覚えがない: told once, ended by the institution's rule only; and the member's own trail, which is nobody else's. */
import { beforeAll, beforeEach, expect, test } from "vitest";
import { actingAs } from "@/server/audit/actor.ts";
import { append } from "@/server/audit/append.ts";
import { trailOf } from "@/server/audit/trail.ts";
import { submitOrder } from "@/server/enrollment/carry-out.ts";
import { disown, whoIsToldOfDisowned } from "@/server/enrollment/disown.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import type { Member } from "@/server/generated/prisma/client.ts";
import { openWorld, type World } from "@/tests/support/world.ts";

let world: World;
let hanako: Member;
let taro: Member;

beforeAll(async () => {
  world = await openWorld();
});

beforeEach(async () => {
  await world.reset();
  hanako = await world.member("hanako");
  taro = await world.member("taro");
});

async function collected(): Promise<{ number: number; id: string }> {
  const form = { kind: "client", months: 52, key: "client:0", locale: "ja" } as const;
  const { number } = await requestCertificate(world.ports, { ...form, memberId: hanako.id });
  const order = await world.newestOrder(hanako, number);
  await submitOrder(world.ports, order.id);
  await actingAs({ role: "holder", from: "192.0.2.7" }, () => world.collect(order.id));
  return { number, id: order.enrollmentId };
}

const asked = () => world.db.outboxEvent.findMany({ where: { name: "enrollment/disowned" } });
const revokes = (revokeOnDisown: boolean) => world.db.institution.updateMany({ data: { revokeOnDisown } });

test.each([true, false])("said twice at once it is told once; revoked by the rule: %s", async (rule) => {
  await revokes(rule);
  const { number, id } = await collected();
  const say = () => disown(world.ports, { memberId: hanako.id, number });
  const answers = await Promise.all([say(), say()]);
  expect(answers).toEqual([
    { number, ended: rule },
    { number, ended: rule },
  ]);
  expect(await asked()).toMatchObject([{ data: { enrollment: id } }]);
  const { status, history } = await world.db.enrollment.findUniqueOrThrow({
    where: { id },
    include: { history: true },
  });
  expect(status).toBe(rule ? "revoking" : "active");
  expect(history.filter(({ deed }) => deed === "disowned")).toHaveLength(1);
  await revokes(false);
});

test("nobody says it of another's application", async () => {
  const { number } = await collected();
  await expect(disown(world.ports, { memberId: taro.id, number })).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await asked()).toEqual([]);
});

test("its registrars in force are told, and the contact of the institution", async () => {
  const { id } = await collected();
  const role = { role: "registrar", institutionId: taro.institutionId, grantedAt: world.now() } as const;
  await world.db.role.create({ data: { ...role, memberId: taro.id } });
  await world.db.role.create({ data: { ...role, memberId: hanako.id, expiresAt: world.now() } });
  expect(await whoIsToldOfDisowned(world.ports, id)).toEqual([taro.id]);
  await world.db.institution.updateMany({ data: { contact: "help@a.example.ac.jp" } });
  expect(await whoIsToldOfDisowned(world.ports, id)).toEqual([taro.id, null]);
  await world.db.institution.updateMany({ data: { contact: "" } });
});

test("the trail says who looked, and from where the certificate was fetched; to its member alone", async () => {
  const { number, id } = await collected();
  await actingAs({ role: "registrar", id: taro.id, from: "192.0.2.9" }, () =>
    world.db.$transaction((tx) =>
      append(tx, {
        ...{ deed: "enrollment.seen", at: world.now(), subject: "enrollment", subjectId: id },
        ...{ memberId: hanako.id, institutionId: hanako.institutionId },
      }),
    ),
  );
  const trail = await trailOf(world.db, hanako.id, number);
  const told = trail.map(({ deed, role, from }) => `${deed} ${role} ${from}`);
  expect(told).toEqual(
    expect.arrayContaining([
      "enrollment.seen registrar null",
      "enrollment.collected holder 192.0.2.7",
      "enrollment.requested workflow null",
    ]),
  );
  expect(await trailOf(world.db, taro.id, number)).toEqual([]);
});
