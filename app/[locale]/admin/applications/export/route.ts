/** CSVで書き出す: what the search shows, all of it, sent as it is read. */
import { pipeline, Readable } from "node:stream";
import { stringify } from "csv-stringify";
import { hasLocale } from "next-intl";
import { getTranslations } from "next-intl/server";
import { formatTime } from "@/components/ui/dates.ts";
import { api } from "@/server/api/caller.ts";
import { codeOf } from "@/server/api/errors.ts";
import { bounded } from "@/server/body.ts";
import { routing } from "@/server/i18n/routing.ts";
import { isFromOwnPage, seeOther } from "../../../own-page.ts";
import { filterOf, wishOf } from "../wish.ts";

const mostOfForm = 16 * 1024;
const columns = [
  "number",
  "kind",
  "status",
  "certificateState",
  "name",
  "eppn",
  "institution",
  "mail",
  "dn",
  "serial",
  "requestedAt",
  "notAfter",
] as const;

type ExportRoute = { params: Promise<{ locale: string }> };

export async function POST(request: Request, { params }: ExportRoute): Promise<Response> {
  if (!isFromOwnPage(request)) return new Response(null, { status: 403 });
  const given = (await params).locale;
  const locale = hasLocale(routing.locales, given) ? given : routing.defaultLocale;
  const form = await (await bounded(request, mostOfForm))?.formData();
  if (!form) return new Response(null, { status: 413 });
  const { admin } = await api();
  try {
    const batches = await admin.applications.export(filterOf(wishOf((name) => form.get(name))));
    return new Response(await csv(batches, locale), {
      headers: {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": `attachment; filename="applications-${new Date().toISOString().slice(0, 10)}.csv"`,
        "Cache-Control": "no-store",
      },
    });
  } catch (error) {
    if (codeOf(error) === "not_signed_in")
      return seeOther(`/${locale}/login?${new URLSearchParams({ to: `/${locale}/admin/applications` })}`);
    if (codeOf(error) === "not_found" || codeOf(error) === "invalid_input")
      return seeOther(`/${locale}/not-found`);
    throw error;
  }
}

type Batches = Awaited<ReturnType<Awaited<ReturnType<typeof api>>["admin"]["applications"]["export"]>>;
type Application = Batches extends AsyncIterable<readonly (infer Row)[]> ? Row : never;

/** With what Excel wants to know that it is UTF-8; what it would take for a formula begins with an apostrophe. */
async function csv(batches: Batches, locale: "ja" | "en"): Promise<ReadableStream> {
  const [t, kinds, statuses, states] = await Promise.all([
    getTranslations({ locale, namespace: "Admin.applications.find.export.columns" }),
    getTranslations({ locale, namespace: "Kind" }),
    getTranslations({ locale, namespace: "Status" }),
    getTranslations({ locale, namespace: "CertificateState" }),
  ]);
  const rowOf = (one: Application) => ({
    ...one,
    kind: kinds(one.kind),
    status: statuses(one.status),
    certificateState: states(one.certificateState),
    institution: locale === "ja" ? one.institution.nameJa : one.institution.nameEn,
    requestedAt: formatTime(one.requestedAt, locale),
    notAfter: one.notAfter && formatTime(one.notAfter, locale),
  });
  const lines = stringify({
    bom: true,
    header: true,
    columns: columns.map((key) => ({ key, header: t(key) })),
    record_delimiter: "windows",
    escape_formulas: true,
  });
  async function* rows() {
    for await (const batch of batches) yield* batch.map(rowOf);
  }
  // Whoever goes away ends the reading, too.
  pipeline(Readable.from(rows()), lines, () => {});
  return Readable.toWeb(lines) as ReadableStream;
}
