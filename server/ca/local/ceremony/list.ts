/** Every issuer there is, as an operator sees it: where its key is, what it does now, and until when. */
import { X509Certificate } from "node:crypto";
import type { IssuerKind, Issuer as IssuerRow } from "../../../generated/prisma/client.ts";
import { formatName } from "../../../pki/name.ts";
import { readCertificate } from "../../../pki/read.ts";
import { nameOf } from "../founding.ts";
import type { CeremonyOffice } from "./office.ts";

/**
 * `waiting`: for its certificate. `ready`: never told to issue. `set`: begins later. `issues`, `keeps_lists`: told to, and another after it.
 * `signs`: a root.
 */
export type IssuerState =
  | "waiting"
  | "ready"
  | "set"
  | "issues"
  | "keeps_lists"
  | "signs"
  | "revoked"
  | "over";

export type IssuerView = {
  id: string;
  kind: IssuerKind;
  generation: number;
  state: IssuerState;
  subject: string;
  /** SHA-256 of its certificate; null while it waits. */
  fingerprint: string | null;
  /** `sealed`, `offline`, or where it is. */
  key: string;
  notBefore: Date | null;
  notAfter: Date | null;
  issuesFrom: Date | null;
  revokedAt: Date | null;
  parentId: string | null;
  /** Of its complete revocation list. */
  list: { number: number; nextUpdate: Date } | null;
  /** When the newest key that signs OCSP answers for it ends. */
  responderUntil: Date | null;
};

export async function listIssuers(
  office: Pick<CeremonyOffice, "db" | "now" | "authority">,
): Promise<IssuerView[]> {
  const now = office.now();
  const rows = await office.db.issuer.findMany({
    omit: { sealedKey: true },
    include: {
      lists: { where: { shard: 0 }, select: { number: true, nextUpdate: true } },
      responders: { select: { notAfter: true }, orderBy: { notAfter: "desc" }, take: 1 },
    },
    orderBy: [{ kind: "asc" }, { generation: "desc" }],
  });
  // Whether there is a sealed key is asked apart: nothing that is shown has been near it.
  const sealed = new Set(
    (await office.db.issuer.findMany({ where: { sealedKey: { not: null } }, select: { id: true } })).map(
      ({ id }) => id,
    ),
  );
  return rows.map((row): IssuerView => {
    const { id, kind, generation, certificate, keyRef, issuesFrom, revokedAt, parentId, lists } = row;
    const read = certificate && readCertificate(certificate);
    return {
      id,
      kind,
      generation,
      state: stateOf(row, rows, now),
      subject: formatName(read?.subject ?? nameOf(kind, generation, office.authority)),
      fingerprint: certificate && new X509Certificate(certificate).fingerprint256,
      key: keyRef ?? (sealed.has(id) ? "sealed" : "offline"),
      notBefore: read?.notBefore ?? null,
      notAfter: read?.notAfter ?? null,
      issuesFrom: kind === "root" ? null : issuesFrom,
      revokedAt,
      parentId,
      list: lists[0] ?? null,
      responderUntil: row.responders[0]?.notAfter ?? null,
    };
  });
}

type Row = Omit<IssuerRow, "sealedKey">;

function stateOf(row: Row, rows: readonly Row[], now: Date): IssuerState {
  if (!row.certificate) return "waiting";
  if (row.revokedAt) return "revoked";
  if (readCertificate(row.certificate).notAfter <= now) return "over";
  if (row.kind === "root") return "signs";
  if (!row.issuesFrom) return "ready";
  if (row.issuesFrom > now) return "set";
  return issuingNow(row.kind, rows, now) === row ? "issues" : "keeps_lists";
}

/** As server/ca/local/issuers.ts chooses. */
function issuingNow(kind: IssuerKind, rows: readonly Row[], now: Date): Row | undefined {
  return rows
    .filter((row) => row.kind === kind && row.certificate && row.issuesFrom && row.issuesFrom <= now)
    .sort(
      (one, other) => Number(other.issuesFrom) - Number(one.issuesFrom) || other.generation - one.generation,
    )[0];
}
