/** What the built-in CA wants of an application: a name of any writing, and nothing that an order would be refused for later. */
import { usualTerms } from "../../enrollment/kind.ts";
import type { CaRules } from "../../ports.ts";

export const localRules: CaRules = {
  terms: usualTerms,
  commonName: (rule, { displayName, eppn }) => {
    if (rule === "displayName") return { cn: displayName };
    const value = rule === "eppn" ? eppn : eppn?.split("@")[0];
    return value ? { cn: value } : { fault: "missing", what: "eppn" };
  },
  faultOf: () => null,
};
