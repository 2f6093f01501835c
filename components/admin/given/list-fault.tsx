import { useTranslations } from "next-intl";
import { Notice } from "@/components/ui/notice.tsx";

const faults = ["not_text", "malformed", "empty", "too_many", "too_long", "no_file", "refused"] as const;

export type FaultQuery = { fault?: string | string[]; line?: string | string[] };

/** Why the file that was sent could not be read. */
export function ListFault({ query: { fault, line } }: { query: FaultQuery }) {
  const t = useTranslations("Admin.given.faults");
  const known = faults.find((one) => one === fault);
  if (!known) return null;
  return (
    <Notice
      tone="error"
      role="alert"
      title={t(known, { line: Number(/^\d{1,6}$/.exec(String(line)) ?? 0) })}
    />
  );
}
