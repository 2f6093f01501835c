/** Why a form was refused, as it is said beside the form. */
import "server-only";
import { portalErrorOf } from "@/server/api/errors.ts";
import type { Code } from "@/server/errors.ts";

/** `reference` where the log holds more. */
export type Refusal = { refused: Code; reference?: string };

export function refusalOf(error: unknown): Refusal {
  const { code, detail } = portalErrorOf(error);
  return typeof detail.reference === "string"
    ? { refused: code, reference: detail.reference }
    : { refused: code };
}
