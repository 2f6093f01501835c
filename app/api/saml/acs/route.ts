/** Where providers send their answers. */

import { receiveAnswer } from "@/server/federation/login/answer.ts";
import { asVisitor } from "@/server/federation/login/doors.ts";
import { federation } from "@/server/federation/world.ts";

export async function POST(request: Request) {
  return asVisitor(request, () => receiveAnswer(federation(), request));
}
