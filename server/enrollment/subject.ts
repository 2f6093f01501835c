/** The distinguished name of an application. */
import { PortalError } from "../errors.ts";
import { encodeName, formatName, type Name, parseName } from "../pki/name.ts";
import type { Kind } from "./kind.ts";

const numbered = /^No \d+$/;

/**
 * `CN=<name>,OU=No <number>,<institution's base>` as an RFC 4514 string; CN of an S/MIME certificate is its mail address.
 * `OU=No <number>` is what makes each application's name new.
 * @throws PortalError `name_not_usable` when no certificate can carry it (RFC 5280 appendix A.1: upper bounds, characters).
 */
export function subjectOf(application: {
  kind: Kind;
  /** By the institution's rule. */
  commonName: string;
  mail: string;
  number: number;
  dnBase: string;
}): string {
  const commonName = application.kind === "smime" ? application.mail : application.commonName;
  try {
    const name: Name = [
      { type: "CN", value: commonName },
      { type: "OU", value: `No ${application.number}` },
      ...parseName(application.dnBase),
    ];
    encodeName(name);
    return formatName(name);
  } catch (cause) {
    throw new PortalError("name_not_usable", { name: commonName }, cause);
  }
}

/** The same name under another number. */
export function withNumber(dn: string, number: number): string {
  let isFirst = true;
  return formatName(
    parseName(dn).map((rdn) => {
      if (rdn.type !== "OU" || !numbered.test(rdn.value) || !isFirst) return rdn;
      isFirst = false;
      return { type: "OU" as const, value: `No ${number}` };
    }),
  );
}

/** The number that a name holds, or null. */
export function numberIn(dn: string): number | null {
  const unit = parseName(dn).find(({ type, value }) => type === "OU" && numbered.test(value));
  return unit ? Number(unit.value.slice(3)) : null;
}
