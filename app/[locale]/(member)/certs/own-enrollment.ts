/** The member's application of that number; anybody else's, like one that never was, is a page not found. */
import "server-only";
import { codeOf } from "@/server/api/errors.ts";
import type { EnrollmentDetail } from "@/server/enrollment/views.ts";
import { lost } from "../../lost.ts";
import { signedIn } from "../signed-in.ts";
import { toNumber } from "./form-values.ts";

/** `path` is where to come back to after a login. */
export async function ownEnrollment(text: string | undefined, path: string): Promise<EnrollmentDetail> {
  const caller = await signedIn(path);
  const number = toNumber(text);
  if (number === 0) return lost();
  const enrollment = await caller.enrollment.get({ number }).catch((error) => {
    if (codeOf(error) === "not_found") return null;
    throw error;
  });
  return enrollment ?? lost();
}
