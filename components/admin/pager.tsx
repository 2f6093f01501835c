import { useTranslations } from "next-intl";
import { Link } from "@/server/i18n/navigation.ts";

/** The way through a list whose newest come first: addresses of its first page, where that is not the one shown, and of the next. */
export function Pager({ newest, older }: { newest?: string | null; older: string | null }) {
  const t = useTranslations("Admin.pager");
  if (!newest && !older) return null;
  return (
    <p className="actions no-print">
      {newest && (
        <Link className="button button-plain" href={newest} prefetch={false}>
          {t("newest")}
        </Link>
      )}
      {older && (
        <Link className="button button-plain" href={older} prefetch={false}>
          {t("older")}
        </Link>
      )}
    </p>
  );
}
