import "@/tests/support/quiet.ts";
import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { expect, test } from "vitest";
import { codeOf } from "@/server/api/errors.ts";
import { createCaller } from "@/server/api/root.ts";

/** A portal in which there is no application, or whose database is away. */
const portal = (findFirst: () => Promise<unknown>) => ({
  db: { enrollment: { findFirst } },
  now: () => new Date(),
});
const empty = portal(async () => null);
const broken = portal(async () => {
  throw new Error("connection refused");
});
const hanako = { id: "hanako", locale: "ja", institution: { aal2For: [], ial2For: [] } };

test.each([
  ["an application that is not there", { member: hanako, ports: empty }, "not_found", 404],
  ["a member who is not logged in", { member: null, ports: empty }, "not_signed_in", 401],
  ["what nobody foresaw", { member: hanako, ports: broken }, "internal", 500],
])("%s is answered by its own code and status", async (_, context, code, status) => {
  const error = await createCaller(context as never)
    .enrollment.get({ number: 9 })
    .catch((thrown: unknown) => thrown);
  expect(codeOf(error)).toBe(code);
  expect(error).toBeInstanceOf(TRPCError);
  expect(getHTTPStatusCodeFromError(error as TRPCError)).toBe(status);
});
