/** A certificate for a key in a card or a chip, fetched again by whoever gave the PIN, until its holder confirms. */
import { beforeAll, expect, test } from "vitest";
import { newHolder } from "@/tests/support/holders.ts";
import { type Office, openOffice } from "./office.ts";

let office: Office;
beforeAll(async () => {
  office = await openOffice();
  await office.ca.prepare();
});

async function certified() {
  const order = await office.admitted({ keyOrigins: ["upload", "server"] });
  const asked = { ticket: order.ticket, browser: order.browser };
  const answer = await office.ca.certify({ ...asked, ...(await newHolder()), origin: "upload" });
  return { order, asked, answer };
}

test("it is the very same one, with those above it", async () => {
  const { asked, answer } = await certified();
  expect(answer.result).toBe("certificate");
  expect(await office.ca.fetchCertificate(asked)).toEqual(answer);
});

test("nobody else is given it, and its holder only until it is confirmed", async () => {
  const { asked } = await certified();
  expect(await office.ca.fetchCertificate({ ...asked, browser: "another" })).toEqual({
    result: "refused",
    because: "pin_wanted",
  });
  expect(await office.ca.fetchCertificate({ ...asked, ticket: "another" })).toEqual({
    result: "refused",
    because: "unknown",
  });
  await office.ca.confirm(asked);
  expect(await office.ca.fetchCertificate(asked)).toEqual({ result: "refused", because: "used" });
});

test("there is none before there is a request, and none of a key that the server made", async () => {
  const order = await office.admitted({ keyOrigins: ["upload", "server"] });
  const asked = { ticket: order.ticket, browser: order.browser };
  expect(await office.ca.fetchCertificate(asked)).toEqual({ result: "refused", because: "used" });
  await office.ca.collect({ ...asked, encryption: "modern" });
  expect(await office.ca.fetchCertificate(asked)).toEqual({ result: "refused", because: "used" });
});
