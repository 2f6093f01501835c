import { useLocale, useTranslations } from "next-intl";
import { Link } from "@/server/i18n/navigation.ts";

type LinesFooterProps = {
  section: "invitations" | "offboardings";
  /** The page of the list. */
  path: string;
  /** The line that this page ends with, where there are more. */
  next: number | null;
};

/** Under the lines of a list: on to the next, all of them as a file, back to all lists. */
export function LinesFooter({ section, path, next }: LinesFooterProps) {
  const t = useTranslations(`Admin.${section}`);
  return (
    <p className="actions no-print">
      {next !== null && (
        <Link className="button button-plain" href={`${path}?after=${next}`} prefetch={false}>
          {t("nextLines")}
        </Link>
      )}
      <a className="button button-plain" href={`/${useLocale()}${path}/file`} download>
        {t("download")}
      </a>
      <Link className="button button-plain" href={`/admin/${section}`}>
        {t("back")}
      </Link>
    </p>
  );
}
