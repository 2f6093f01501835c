/** Whether the portal shows, of each application, what the service knows; and nothing that was not so. */
import assert from "node:assert/strict";
import { openDifferences } from "../../server/ca/upki/office.ts";
import { dnColumnOf } from "../../server/ca/upki/tsv.ts";
import { detailOf } from "../../server/enrollment/records.ts";
import type { EnrollmentDetail } from "../../server/enrollment/views.ts";
import type { Desk } from "./upki-desk.ts";

export type Known = {
  dn: string;
  kind: string;
  state: string;
  serial: string;
  notAfter: string;
  uploads: number;
};

/** `collected`: names to the PINs that were given out. `since`, `until`: between these the downloads were. */
export type Truth = {
  collected: ReadonlyMap<string, string>;
  since: Date;
  until: Date;
};

/** @throws AssertionError at the first thing that is not as it was */
export async function checkAll(desk: Desk, applications: number, truth: Truth): Promise<void> {
  const { requests }: { requests: Known[] } = await desk.site.control("/state");
  assert.equal(requests.length, applications, "the service has each application once");
  const { db } = desk.world;
  const enrollments = await db.enrollment.findMany({ select: { memberId: true, number: true, dn: true } });
  assert.equal(enrollments.length, applications);
  const own = new Map(enrollments.map((row) => [dnColumnOf(row.dn), row]));
  for (const known of requests) {
    const row = own.get(known.dn);
    assert.ok(row, `${known.dn} is an application of ours`);
    assert.equal(known.uploads, 1, `${known.dn} was uploaded once`);
    const detail = await detailOf(desk.ports, row.memberId, row.number);
    const pin = truth.collected.get(known.dn);
    if (pin === undefined) checkWaiting(detail, known);
    else checkCollected(detail, known, { ...truth, pin });
  }
  await checkNothingLeft(desk, requests, truth);
}

function checkCollected(
  detail: EnrollmentDetail,
  { dn, state, serial, notAfter }: Known,
  { pin, since, until }: Truth & { pin: string },
): void {
  assert.equal(state, "issued", dn);
  assert.equal(detail.status, "active", dn);
  assert.equal(detail.certificateState, "valid", dn);
  assert.equal(detail.serial?.decimal, serial, dn);
  assert.equal(detail.notAfter?.getTime(), Date.parse(notAfter), dn);
  const from = detail.notBefore ?? new Date(0);
  // The list says when a certificate ends; months reckoned back from there can miss by the end of a month.
  const reckoned = 3 * 86_400_000;
  assert.ok(+from > +since - reckoned && +from <= +until, `${dn} begins at ${from.toISOString()}`);
  assert.deepEqual(detail.pin, { state: "ready", value: pin }, dn);
  assert.deepEqual(
    detail.history.map(({ deed }) => deed),
    ["requested", "pin_issued", "collected"],
    dn,
  );
}

function checkWaiting(detail: EnrollmentDetail, { dn, state }: Known): void {
  assert.equal(state, "to_collect", dn);
  assert.equal(detail.status, "requested", dn);
  assert.equal(detail.serial, null, dn);
  assert.deepEqual(detail.pin, { state: "not_yet" }, dn);
  assert.deepEqual(
    detail.history.map(({ deed }) => deed),
    ["requested"],
    dn,
  );
}

/** A PIN that never came is the only thing that somebody has to look at. */
async function checkNothingLeft({ world }: Desk, requests: readonly Known[], truth: Truth): Promise<void> {
  const { db } = world;
  const wanted = requests.map(({ dn }) => dn).filter((dn) => !truth.collected.has(dn));
  const differences = await openDifferences(world, null);
  assert.deepEqual(
    differences.map(({ kind, dn }) => `${kind} ${dnColumnOf(dn)}`).sort(),
    wanted.map((dn) => `pin_missing ${dn}`).sort(),
  );
  assert.equal(await db.upkiMail.count({ where: { status: { not: "done" } } }), 0, "no mail is left");
  assert.equal(await db.upkiPinPage.count({ where: { status: { not: "done" } } }), 0, "no page is left");
  assert.equal(await db.upkiRequest.count({ where: { status: { not: "taken" } } }), 0, "all was taken");
}
