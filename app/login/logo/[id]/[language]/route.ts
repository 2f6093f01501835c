/** A logo that an institution put into its metadata. */
import { logoAnswer } from "@/server/federation/discovery/logo.ts";
import { federation } from "@/server/federation/world.ts";

type Context = { params: Promise<{ id: string; language: string }> };

export async function GET(_: Request, { params }: Context) {
  const { id, language } = await params;
  return logoAnswer(federation().db, id, language);
}
