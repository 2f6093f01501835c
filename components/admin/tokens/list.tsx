import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { TokenRow } from "../answers.ts";
import { OwnName } from "../given/own-name.tsx";

/** Every token, with when it was last shown. */
export function Tokens({ tokens, labelledBy }: { tokens: readonly TokenRow[]; labelledBy: string }) {
  const t = useTranslations("Admin.tokens");
  if (tokens.length === 0) return <p>{t("none")}</p>;
  const columns = ["name", "institution", "createdAt", "expiresAt", "lastUsedAt", "state"] as const;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={columns.map((column) => t(`columns.${column}`))}
      rows={tokens.map((token) => ({
        key: token.id,
        cells: [
          token.name,
          <OwnName key="institution" institution={token.institution} />,
          <div key="made">
            <Moment at={token.createdAt} />
            <p className="hint">{t("by", { name: token.createdBy })}</p>
          </div>,
          token.expiresAt ? <Moment key="until" at={token.expiresAt} /> : t("noEnd"),
          token.lastUsedAt ? <Moment key="used" at={token.lastUsedAt} /> : t("neverUsed"),
          <div key="state" className="stack">
            <span>{t(`states.${token.state}`)}</span>
            {token.state === "in_force" && (
              <Link
                className="button button-plain button-small no-print"
                href={`/admin/tokens?end=${token.id}#end`}
                prefetch={false}
              >
                {t("end")}
                <span className="visually-hidden">{token.name}</span>
              </Link>
            )}
          </div>,
        ],
      }))}
    />
  );
}
