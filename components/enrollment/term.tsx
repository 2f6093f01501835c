import { useTranslations } from "next-intl";
import { Day, Moment } from "@/components/ui/date-time.tsx";
import type { EnrollmentDetail } from "@/server/enrollment/views.ts";

/** 有効期限: months run from the download, so before it there is no day to name. */
export function Term({
  enrollment: { months, notBefore, notAfter, revokedAt },
}: {
  enrollment: EnrollmentDetail;
}) {
  const t = useTranslations("Detail.term");
  if (!notAfter) return <p>{t("fromDownload", { months })}</p>;
  return (
    <>
      <p>
        <Day at={notAfter} />
      </p>
      <p className="hint">
        {notBefore &&
          t.rich("exact", { from: () => <Moment at={notBefore} />, to: () => <Moment at={notAfter} /> })}
      </p>
      {revokedAt && <p>{t.rich("revoked", { at: () => <Moment at={revokedAt} /> })}</p>}
    </>
  );
}
