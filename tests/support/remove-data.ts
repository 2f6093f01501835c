import { rmSync } from "node:fs";

/** Takes away what the journeys' portal has kept. */
export default function removeData() {
  rmSync(process.env.PORTAL_DATA_DIR as string, { recursive: true, force: true });
}
