import { useLocale, useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { languageOf } from "@/components/ui/language.ts";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { VersionView } from "../answers.ts";
import { Differences } from "./differences.tsx";

type VersionsProps = {
  entityId: string;
  current: number;
  versions: readonly VersionView[];
  labelledBy: string;
};

/** Who set what, when and why; and the way back to how it was. */
export function Versions({ entityId, current, versions, labelledBy }: VersionsProps) {
  const t = useTranslations("Admin.settings.history");
  if (versions.length === 0) return <p>{t("none")}</p>;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={[t("columns.version"), t("columns.who"), t("columns.changes")]}
      rows={versions.map((version) => ({
        key: String(version.version),
        cells: [
          <Named
            key="version"
            version={version}
            isCurrent={version.version === current}
            entityId={entityId}
          />,
          <Who key="who" version={version} />,
          version.differences ? (
            <Differences key="changes" differences={version.differences} />
          ) : (
            <p key="changes">{t("first")}</p>
          ),
        ],
      }))}
    />
  );
}

type NamedProps = { version: VersionView; isCurrent: boolean; entityId: string };

function Named({ version: { version, at }, isCurrent, entityId }: NamedProps) {
  const t = useTranslations("Admin.settings.history");
  const query = new URLSearchParams({ entity: entityId, from: String(version) });
  return (
    <>
      <p>{t("version", { version })}</p>
      <p className="hint">
        <Moment at={at} />
      </p>
      {isCurrent ? (
        <p>{t("current")}</p>
      ) : (
        <Link className="record-link" href={`/admin/institutions/settings?${query}`} prefetch={false}>
          {t("restore")}
          <span className="visually-hidden">{t("restoreOf", { version })}</span>
        </Link>
      )}
    </>
  );
}

function Who({ version: { by, reason } }: { version: VersionView }) {
  const t = useTranslations("Admin.settings.history");
  const isJapanese = useLocale() === "ja";
  if (!by && reason === null) return t("nobody");
  const name = by && ((isJapanese && by.displayNameJa) || by.displayName);
  return (
    <>
      <p lang={name ? languageOf(name) : undefined}>{name ?? t("unknown")}</p>
      {reason && <p lang={languageOf(reason)}>{reason}</p>}
    </>
  );
}
