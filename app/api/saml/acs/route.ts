/** Where providers send their answers. */
import { receiveAnswer } from "@/server/federation/login/answer.ts";
import { federation } from "@/server/federation/world.ts";

export async function POST(request: Request) {
  return receiveAnswer(federation(), request);
}
