/** The demo federation's signed aggregate. */
import { showAggregate } from "@/server/federation/demo/doors.ts";
import { federation } from "@/server/federation/world.ts";

export const dynamic = "force-dynamic";

export async function GET() {
  return showAggregate(federation());
}
