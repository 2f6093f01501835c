import { useTranslations } from "next-intl";
import { Day, Moment } from "@/components/ui/date-time.tsx";
import { isLiving } from "@/server/enrollment/lifecycle.ts";
import type { EnrollmentDetail } from "@/server/enrollment/views.ts";

/** 有効期限: months run from the download, so before it there is no day to name. */
export function Term({ enrollment }: { enrollment: EnrollmentDetail }) {
  const t = useTranslations("Detail.term");
  const { months, notBefore, notAfter, revokedAt, status } = enrollment;
  if (!notAfter && !isLiving(status)) return <p>{t("none")}</p>;
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
