/** For whoever restarts processes: this one answers. What it can do is asked at `/api/ready`. */
export const dynamic = "force-dynamic";

export function GET(): Response {
  return Response.json({ alive: true }, { headers: { "Cache-Control": "no-store" } });
}
