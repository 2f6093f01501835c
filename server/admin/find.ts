/** 申請の検索: applications of those institutions that somebody looks after, by what is typed and by filters, the newest first. */
import type { Database } from "../db.ts";
import type { Kind } from "../enrollment/kind.ts";
import { type CertificateState, certificateState, type Status } from "../enrollment/lifecycle.ts";
import { Prisma } from "../generated/prisma/client.ts";
import { type Way, waysOf } from "./found-by.ts";
import { among, type Choice, type Within } from "./within.ts";

export type Filter = {
  /** Number, name, ePPN, mail, DN or serial. */
  text?: string | undefined;
  kind?: Kind | undefined;
  status?: Status | undefined;
  /** Each span from the beginning of the first to the beginning of the second. */
  requestedFrom?: Date | undefined;
  requestedTo?: Date | undefined;
  expiresFrom?: Date | undefined;
  expiresTo?: Date | undefined;
};

/** A place between two applications: `<milliseconds>-<id>` of one of them, and which way it goes on from there. */
export type From = { older: string } | { newer: string } | null;

export type FoundApplication = {
  id: string;
  number: number;
  kind: Kind;
  status: Status;
  certificateState: CertificateState;
  name: string;
  eppn: string | null;
  institution: Choice;
  mail: string;
  dn: string;
  /** Lower-case hexadecimal. */
  serial: string | null;
  requestedAt: Date;
  notAfter: Date | null;
};

export type FoundPage = {
  applications: readonly FoundApplication[];
  /** Where the pages before and after begin; null where there is none. */
  newer: string | null;
  older: string | null;
};

const perPage = 50;

/** A page; the pages one after the other hold each application once, whatever is applied for meanwhile. */
export async function findApplications(
  db: Database,
  search: { filter: Filter; institutions: Within; from: From; now: Date },
): Promise<FoundPage> {
  const { from } = search;
  const found = await batch(db, { ...search, most: perPage + 1, isPage: true });
  const goesNewer = from !== null && "newer" in from;
  // Read from its older end, a page has what is beyond it at the other.
  const shown = goesNewer ? found.slice(-perPage) : found.slice(0, perPage);
  const hasMore = found.length > perPage;
  return {
    applications: shown,
    newer: (goesNewer ? hasMore : from !== null) ? placeOf(shown.at(0)) : null,
    older: (goesNewer ? true : hasMore) ? placeOf(shown.at(-1)) : null,
  };
}

function placeOf(row: FoundApplication | undefined): string | null {
  return row ? `${row.requestedAt.getTime()}-${row.id}` : null;
}

/** Every application that the filter lets through, in batches, so that a million of them need no more memory than one batch. */
export async function* allApplications(
  db: Database,
  search: { filter: Filter; institutions: Within; now: Date },
  most = 1000,
): AsyncGenerator<readonly FoundApplication[]> {
  for (let from: From = null; ; ) {
    const found: FoundApplication[] = await batch(db, { ...search, from, most, isPage: false });
    if (found.length > 0) yield found;
    const place = placeOf(found.at(-1));
    if (found.length < most || place === null) return;
    from = { older: place };
  }
}

type Row = Omit<FoundApplication, "institution" | "certificateState"> & {
  institutionId: string;
  nameJa: string;
  nameEn: string;
};

async function batch(
  db: Database,
  {
    filter,
    institutions,
    from,
    now,
    most,
    isPage,
  }: { filter: Filter; institutions: Within; from: From; now: Date; most: number; isPage: boolean },
): Promise<FoundApplication[]> {
  const goesNewer = from !== null && "newer" in from;
  const order = goesNewer
    ? Prisma.sql`ORDER BY "requestedAt", id`
    : Prisma.sql`ORDER BY "requestedAt" DESC, id DESC`;
  const conditions = Prisma.join([...conditionsOf(filter, institutions), beyond(from)], " AND ");
  const ways = waysOf(filter.text ?? "").flatMap(waySql);
  // What is no word, number or anything else, `::` say, is in no application.
  const whatever = filter.text?.trim() ? Prisma.sql`FALSE` : Prisma.sql`TRUE`;
  // What ends soon was asked for years ago: from the newest down to it would be most of what there is. All of it is taken, and then put in
  // order. Batches that follow each other do go from the newest to the oldest, once.
  const takeAll = isPage && filter.expiresTo ? Prisma.sql`OFFSET 0` : Prisma.empty;
  // Each way has an index of its own, which an OR over all of them would leave unused.
  const branches = (ways.length > 0 ? ways : [whatever]).map(
    (way) =>
      Prisma.sql`(SELECT * FROM (
          SELECT e.id, e."requestedAt" FROM "Enrollment" e LEFT JOIN "EnrollmentWords" w ON w."enrollmentId" = e.id
          WHERE ${way} AND ${conditions} ${takeAll}
        ) AS one_way ${order} LIMIT ${most})`,
  );
  const rows = await db.$queryRaw<Row[]>`
    SELECT e.id, e.number, e.kind, e.status, e.dn, e.mail, e.serial, e."requestedAt", e."notAfter",
      coalesce(m."displayNameJa", m."displayName") AS name, m.eppn, i.id AS "institutionId", i."nameJa", i."nameEn"
    FROM (SELECT id, "requestedAt" FROM (${Prisma.join(branches, " UNION ")}) AS any_way ${order} LIMIT ${most}) AS found
    JOIN "Enrollment" e ON e.id = found.id JOIN "Member" m ON m.id = e."memberId" JOIN "Institution" i ON i.id = e."institutionId"
    ORDER BY found."requestedAt" DESC, found.id DESC`;
  return rows.map(({ institutionId, nameJa, nameEn, ...row }) => ({
    ...row,
    certificateState: certificateState(row.status, row.notAfter, now),
    institution: { id: institutionId, nameJa, nameEn },
  }));
}

function conditionsOf(filter: Filter, institutions: Within): Prisma.Sql[] {
  const { kind, status, requestedFrom, requestedTo, expiresFrom, expiresTo } = filter;
  const conditions: (Prisma.Sql | false | undefined)[] = [
    among(Prisma.sql`e."institutionId"`, institutions),
    kind && Prisma.sql`e.kind = ${kind}::"Kind"`,
    status && Prisma.sql`e.status = ${status}::"Status"`,
    requestedFrom && Prisma.sql`e."requestedAt" >= ${requestedFrom}`,
    requestedTo && Prisma.sql`e."requestedAt" < ${requestedTo}`,
    expiresFrom && Prisma.sql`e."notAfter" >= ${expiresFrom}`,
    // Whatever has expired by then was asked for before: the newer ones need not be looked at.
    expiresTo && Prisma.sql`e."notAfter" < ${expiresTo} AND e."requestedAt" < ${expiresTo}`,
  ];
  return conditions.filter((one) => one instanceof Prisma.Sql);
}

function beyond(from: From): Prisma.Sql {
  if (from === null) return Prisma.sql`TRUE`;
  const goesNewer = "newer" in from;
  const place = goesNewer ? from.newer : from.older;
  const cut = place.indexOf("-");
  const [at, id] = [new Date(Number(place.slice(0, cut))), place.slice(cut + 1)];
  return goesNewer
    ? Prisma.sql`(e."requestedAt", e.id) > (${at}, ${id})`
    : Prisma.sql`(e."requestedAt", e.id) < (${at}, ${id})`;
}

/** Conditions of which each has its index. */
function waySql(way: Way): Prisma.Sql[] {
  switch (way.by) {
    case "number":
      return [Prisma.sql`e.number = ${way.number}`, Prisma.sql`e."formerNumber" = ${way.number}`];
    case "serial":
      // Of any of its certificates, not of the newest alone.
      return [
        Prisma.sql`e.id IN (SELECT id FROM "Enrollment" WHERE serial = ANY(${[...way.serials]})
          UNION SELECT "enrollmentId" FROM "Order" WHERE serial = ANY(${[...way.serials]}))`,
      ];
    case "words":
      return [Prisma.sql`w.words @@ ${way.query}::tsquery`];
    case "dn": {
      const hasPart = Prisma.sql`strpos(portal_folded(e.dn), ${way.part}) > 0`;
      return [way.query === null ? hasPart : Prisma.sql`w.words @@ ${way.query}::tsquery AND ${hasPart}`];
    }
  }
}
