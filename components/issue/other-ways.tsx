import { useTranslations } from "next-intl";
import { Link } from "@/server/i18n/navigation.ts";

type OtherWaysProps = { ticket: string; isServerAllowed: boolean; isUploadAllowed: boolean };

/** For the few whom the one button does not help. */
export function OtherWays({ ticket, isServerAllowed, isUploadAllowed }: OtherWaysProps) {
  const t = useTranslations("Issue.own");
  return (
    <>
      {isServerAllowed && (
        <details className="more needs-script">
          <summary>{t("server.summary")}</summary>
          <p>{t("server.hint")}</p>
          {/* Sends the form above, with the device that was chosen there. */}
          <button type="submit" form="download" name="madeBy" value="server" className="button button-plain">
            {t("server.button")}
          </button>
        </details>
      )}
      {isUploadAllowed && (
        <p>
          <Link href={`/issue/${ticket}/request`}>{t("upload")}</Link>
        </p>
      )}
    </>
  );
}
