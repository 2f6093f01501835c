import { useTranslations } from "next-intl";
import { Notice } from "@/components/ui/notice.tsx";
import type { FederationView } from "./answers.ts";
import { useRefusalWords } from "./refusal-words.ts";

type LookedProps = { result: string | string[] | undefined; view: FederationView };

/** What came of the look that the operator has just asked for. */
export function Looked({ result, view }: LookedProps) {
  const t = useTranslations("Admin.federation.looked");
  const wordsFor = useRefusalWords();
  switch (result) {
    case "loaded":
    case "unchanged":
      return <Notice tone="success" role="status" title={t(result)} />;
    case "lately":
    case "under_way":
      return <Notice tone="info" role="status" title={t(result)} />;
    case "refused":
      return (
        <Notice tone="error" role="alert" title={t("refused")}>
          <p>{view.failure ? wordsFor(view.failure.code) : t("since")}</p>
        </Notice>
      );
    default:
      return null;
  }
}
