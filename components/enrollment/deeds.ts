/** What a member may ask for, as forms and pages name it. */
import type { Code } from "@/server/errors.ts";
import type { RevocationReason } from "@/server/ports.ts";

export const deeds = ["request", "renew", "revoke"] as const;
export type Deed = (typeof deeds)[number];

/** What became of a form; nothing yet, or why it was refused. */
export type DeedState = {
  refused?: Code;
  reference?: string;
  /** The value of the reader's own that is at fault. */
  about?: { field: string; value: string };
  missing?: "reason";
  reason?: RevocationReason;
};

export type DeedAction = (before: DeedState, form: FormData) => Promise<DeedState>;
