/** Says to the audit which workflow is at work: what its steps do, it does. */
import { Middleware } from "inngest";
import { actingAs } from "../server/audit/actor.ts";

export class Acting extends Middleware.BaseMiddleware {
  readonly id = "acting";

  override wrapRequest({ fn, next }: Middleware.WrapRequestArgs) {
    return actingAs({ role: "workflow", id: fn?.id() ?? "portal" }, () => next());
  }
}
