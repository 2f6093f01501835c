import { useMessages, useTranslations } from "next-intl";
import { useAuditWords } from "@/components/audit/words.ts";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { AuditPage } from "../answers.ts";

type Entry = AuditPage["entries"][number];

/** Entries of the audit: when, who and as who, what, on what, and all that was noted of it. */
export function Entries({ entries, labelledBy }: { entries: readonly Entry[]; labelledBy: string }) {
  const t = useTranslations("Admin.audit");
  const { deedWord } = useAuditWords();
  if (entries.length === 0) return <p>{t("none")}</p>;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={[t("columns.at"), t("columns.who"), t("columns.deed"), t("columns.on"), t("columns.why")]}
      rows={entries.map((entry) => ({
        key: entry.id,
        cells: [
          <Moment key="at" at={entry.at} />,
          <Who key="who" entry={entry} />,
          deedWord(entry.deed),
          <On key="on" entry={entry} />,
          <Noted key="noted" entry={entry} />,
        ],
      }))}
    />
  );
}

function Who({ entry: { who, role, from } }: { entry: Entry }) {
  const t = useTranslations("Audit");
  const { roleWord } = useAuditWords();
  return (
    <div>
      {who}
      <p className="hint">{roleWord(role)}</p>
      {from && <p className="hint">{t("from", { from })}</p>}
    </div>
  );
}

function On({ entry: { subject, subjectId, about } }: { entry: Entry }) {
  const { subjects } = useMessages().Admin.audit;
  const word = subjects[subject as keyof typeof subjects] ?? subject;
  return (
    <div>
      {subject === "enrollment" ? (
        <Link href={`/admin/applications/${subjectId}`} prefetch={false}>
          {word}
        </Link>
      ) : (
        word
      )}
      {about && <p className="hint">{about}</p>}
    </div>
  );
}

function Noted({ entry: { reason, before, after, reference } }: { entry: Entry }) {
  const t = useTranslations("Admin.audit");
  const changes = [...changed(before, after)];
  return (
    <div>
      {reason && <p>{reason}</p>}
      {changes.map((line) => (
        <p key={line} className="hint mono wrap-anywhere">
          {line}
        </p>
      ))}
      {reference && <p className="hint">{t("reference", { reference })}</p>}
    </div>
  );
}

/** `status: active → revoking`; what is only there afterwards stands alone. */
function* changed(before: unknown, after: unknown): Generator<string> {
  const [was, is] = [before ?? {}, after ?? {}] as Record<string, unknown>[];
  for (const [name, value] of Object.entries(is ?? {})) {
    const earlier = was?.[name];
    yield earlier === undefined ? `${name}: ${told(value)}` : `${name}: ${told(earlier)} → ${told(value)}`;
  }
}

function told(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
