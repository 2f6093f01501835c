/** The settings, read once and checked whole. The only place that reads `process.env`. */
import { z } from "zod";

const shape = z.object({ DATABASE_URL: z.string() });
export function env() {
  return shape.parse(process.env);
}
