/** The CAs that anybody may have to know: those that issue, those whose certificates are still in force, and the roots above them. */
import { X509Certificate } from "node:crypto";
import type { Database } from "../../db.ts";
import type { IssuerKind } from "../../generated/prisma/client.ts";

export type AuthorityView = {
  /** Its certificate is `/pki/<id>.cer`. */
  id: string;
  kind: IssuerKind;
  /** SHA-256 of its certificate. */
  fingerprint: string;
  /** Since when it issues; a root: since when it is there. */
  since: Date;
  /** Its own end. */
  notAfter: Date;
};

/** The newest first. None while there is no CA yet. */
export async function listAuthorities(db: Database, now: Date): Promise<AuthorityView[]> {
  const rows = await db.issuer.findMany({
    where: { certificate: { not: null }, revokedAt: null },
    select: { id: true, kind: true, generation: true, certificate: true, issuesFrom: true, parentId: true },
  });
  const begun = rows.filter(({ kind, issuesFrom }) => kind !== "root" && issuesFrom && issuesFrom <= now);
  const above = new Set(begun.map(({ parentId }) => parentId));
  return rows
    .filter((row) => begun.includes(row) || above.has(row.id))
    .flatMap(({ id, kind, certificate, issuesFrom }): AuthorityView[] => {
      if (!certificate) return [];
      const {
        fingerprint256: fingerprint,
        validFromDate,
        validToDate: notAfter,
      } = new X509Certificate(certificate);
      return notAfter > now ? [{ id, kind, fingerprint, since: issuesFrom ?? validFromDate, notAfter }] : [];
    })
    .sort((one, other) => order[one.kind] - order[other.kind] || +other.since - +one.since);
}

/** Who looks for a root knows why. */
const order: Record<IssuerKind, number> = { client: 0, smime: 1, root: 2 };
