import "@/tests/support/quiet.ts";
import { expect, test } from "vitest";
import { codeOf } from "@/server/api/errors.ts";
import { createCaller } from "@/server/api/root.ts";

/** A member, and a world that must not be asked for anything. */
const hanako = { id: "hanako", locale: "ja", institution: { aal2For: [], ial2For: [] } };
const caller = createCaller({ member: hanako, ports: { now: () => new Date() } } as never);

test.each([["client:\u0000"], ["client:"], [":1"], ["client:1\n"], [`client:${"9".repeat(40)}`]])(
  "a form's key that no form carries is refused at the door: %j",
  async (key) => {
    const refusal = await caller.enrollment.request({ kind: "client", months: 52, key }).catch(codeOf);
    expect(refusal).toBe("invalid_input");
  },
);
