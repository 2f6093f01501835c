import { useTranslations } from "next-intl";
import { CodeBlock } from "@/components/ui/code-block.tsx";

/** A block of the guide. `name`: what it is, in the reader's language, or the file it belongs into. */
export function Block({ name, code }: { name: string; code: string }) {
  const t = useTranslations("Verify");
  return (
    <CodeBlock name={name} code={code} copy={t("copy")} copied={t("copied")} copyFailed={t("copyFailed")} />
  );
}
