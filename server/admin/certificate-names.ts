/** What an institution's certificates may be named: the end of every distinguished name. Pure. */
import { encodeName, type Name, parseName } from "../pki/name.ts";

/** What is wrong with a base. `field`: of which part; `value`: what stands there; `characters`: those that may not. */
export type BaseFault = {
  rule: "not_a_name" | "common_name" | "missing" | "too_long" | "characters" | "order" | "malformed";
  field: string;
  value: string;
  characters?: string;
};

/** What an issuer of its own rules finds wrong in a whole name. */
export type NameRules = (name: Name) => readonly {
  field: string;
  rule: string;
  value: string;
  characters?: string;
}[];

/** The first thing that is wrong; null: every certificate can end so. Pure. `rules`: those of the issuer, beside RFC 5280's. */
export function faultOfBase(base: string, rules: NameRules | null): BaseFault | null {
  const own = read(base);
  if (!own) return { rule: "not_a_name", field: "dn", value: base };
  const common = own.find(({ type }) => type === "CN");
  if (common) return { rule: "common_name", field: "CN", value: `CN=${common.value}` };
  for (const rdn of own) {
    const rule = faultOfRdn(rdn);
    if (rule) return { rule, field: rdn.type, value: rdn.value };
  }
  const [fault] = rules?.([{ type: "CN", value: "x" }, { type: "OU", value: "No 1" }, ...own]) ?? [];
  return fault ? inOurWords(fault, base) : null;
}

function read(base: string): Name | null {
  try {
    return parseName(base);
  } catch {
    return null;
  }
}

/** Upper bounds and characters (RFC 5280 appendix A.1). */
function faultOfRdn(rdn: Name[number]): BaseFault["rule"] | null {
  if (rdn.value.trim() === "") return "missing";
  try {
    encodeName([rdn]);
    return null;
  } catch (error) {
    return (error as { code?: string }).code === "name_too_long" ? "too_long" : "malformed";
  }
}

const known = ["missing", "too_long", "characters", "order"] as const;

/** Of a fault of the whole name the operator sees what they wrote, and not the sample around it. */
function inOurWords(fault: ReturnType<NameRules>[number], base: string): BaseFault {
  const rule = known.find((one) => one === fault.rule) ?? "malformed";
  const { field, characters } = fault;
  const value = field === "dn" ? base : fault.value;
  return { rule, field, value, ...(characters !== undefined && { characters }) };
}
