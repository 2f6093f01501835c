/** Tells the engine which steps a call came by, so that a run is not worked on by a build that does not know its steps. */
import { Middleware } from "inngest";
import { stepsSeenHeader } from "./protocol.ts";

export class StepsSeen extends Middleware.BaseMiddleware {
  readonly id = "steps-seen";
  readonly #seen = new Set<string>();

  override wrapStep({ next, stepInfo }: Middleware.WrapStepArgs) {
    this.#seen.add(stepInfo.hashedId);
    return next();
  }

  override async wrapRequest({ next }: Middleware.WrapRequestArgs) {
    const response = await next();
    return { ...response, headers: { ...response.headers, [stepsSeenHeader]: [...this.#seen].join(",") } };
  }
}
