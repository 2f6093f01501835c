/** What a request says: an order or a revocation in the words of the service's TSV. */
import type { CaOrder, OrderFault, RevocationReason } from "../../ports.ts";
import type { UpkiSettings } from "./settings.ts";
import { faultsOf, type UpkiRequest } from "./tsv.ts";

type Settings = Pick<UpkiSettings, "profiles" | "manager">;

/** CRLReason (RFC 5280 §5.3.1), which is what column 5 holds. */
const reasonNumbers: Record<RevocationReason, number> = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
};

/** The line for an issue or a renewal, as it stands, right or not. */
export function lineOf(order: Omit<CaOrder, "id">, { profiles, manager }: Settings): UpkiRequest {
  const { purpose, kind, dn, months, number, sequence, holder, replaces } = order;
  const { name, affiliation, mail } = holder;
  return {
    kind: purpose,
    dn,
    profile: profiles[kind].get(months) ?? null,
    serial: replaces === null ? null : decimalOf(replaces),
    reason: null,
    comment: "",
    holder: { name, affiliation, mail },
    manager,
    fileName: `${kind}-${number}-${sequence}`,
  };
}

/** The line that revokes the certificate which `issued` brought. The service wants words beside the reason 0. */
export function revocationLineOf(
  issued: { dn: string; holder: UpkiRequest["holder"]; number: number },
  serial: string,
  reason: RevocationReason,
  manager: UpkiRequest["manager"],
): UpkiRequest {
  const number = reasonNumbers[reason];
  const comment = number === 0 ? `Asked for by its holder, application No ${issued.number}` : "";
  const { dn, holder } = issued;
  return {
    kind: "revoke",
    dn,
    profile: null,
    serial,
    reason: number,
    comment,
    holder,
    manager,
    fileName: "",
  };
}

/** The first thing that the service would refuse; null for a line that it has no reason to. */
export function lineFault(line: UpkiRequest): OrderFault | null {
  const [fault] = faultsOf(line);
  return fault ? { field: fault.field, value: fault.value } : null;
}

/** Decimal, as the service writes serial numbers, of hexadecimal, as the portal does; and back. */
export function decimalOf(hex: string): string {
  return BigInt(`0x${hex}`).toString();
}

export function hexOf(decimal: string): string {
  return BigInt(decimal).toString(16);
}
