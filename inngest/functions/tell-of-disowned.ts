import { whoIsToldOfDisowned } from "../../server/enrollment/disown.ts";
import { letters, ports } from "../../server/wiring.ts";
import { inngest } from "../client.ts";
import { disowned } from "../events.ts";
import { retries } from "./retries.ts";

/** 身に覚えがない: each registrar of the institution is mailed, and its contact. */
export const tellOfDisowned = inngest.createFunction(
  { id: "tell-of-disowned", triggers: [{ event: disowned }], retries },
  async ({ event, step }) => {
    const { enrollment } = event.data;
    const told = await step.run("find", () => whoIsToldOfDisowned(ports(), enrollment));
    for (const to of told)
      await step.run(`tell-${to ?? "contact"}`, () => letters().disowned({ enrollment, to }));
  },
);
