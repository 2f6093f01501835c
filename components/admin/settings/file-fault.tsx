import { useTranslations } from "next-intl";
import { Notice } from "@/components/ui/notice.tsx";

type FileFaultProps = { fault: string; line: string; value: string };

/** Why a file could not be read, and at which of its lines. */
export function FileFault({ fault, line, value }: FileFaultProps) {
  const t = useTranslations("Admin.settings.files");
  const key = `faults.${/^[a-z_]{1,40}$/.exec(fault)?.[0] ?? "failed"}` as "faults.failed";
  return (
    <Notice tone="error" role="alert" title={t("unreadable")}>
      <p>{t(t.has(key) ? key : "faults.failed", { value })}</p>
      {/^\d{1,9}$/.test(line) && <p>{t("atLine", { line })}</p>}
    </Notice>
  );
}
