/** What the service wants of an application, asked before it is made. */
import type { CaRules } from "../../ports.ts";
import { commonNameOf } from "./common-name.ts";
import { lineFault, lineOf } from "./line.ts";
import { termsOf } from "./profiles.ts";
import type { UpkiSettings } from "./settings.ts";

export function upkiRules(settings: Pick<UpkiSettings, "profiles" | "manager">): CaRules {
  return {
    terms: termsOf(settings.profiles),
    commonName: commonNameOf,
    faultOf: (order) => lineFault(lineOf(order, settings)),
  };
}
