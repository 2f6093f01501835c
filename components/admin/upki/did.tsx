import { useMessages, useTranslations } from "next-intl";
import { Notice } from "@/components/ui/notice.tsx";

type Deed = keyof ReturnType<typeof useMessages>["Admin"]["upki"]["did"];

/** What changed nothing, though nothing is wrong; and what went wrong. The rest went well. */
const quiet: readonly Deed[] = ["nothing_waits"];
const wrong: readonly Deed[] = [
  "file_gone",
  "reply_not_understood",
  "list_unreadable",
  "no_file",
  "too_long",
  "too_many",
  "failed",
  "still_dead",
  "not_fitting",
  "gone",
  "none_chosen",
];

/** As it stands in a page's address. */
export type DidQuery = { did?: string | string[]; count?: string | string[] };

/** What came of the form that led here. */
export function Did({ query: { did, count } }: { query: DidQuery }) {
  const t = useTranslations("Admin.upki.did");
  const deeds = Object.keys(useMessages().Admin.upki.did) as Deed[];
  const deed = deeds.find((one) => one === did);
  if (!deed) return null;
  const title = t(deed, { count: Number(/^\d{1,6}$/.exec(String(count))?.[0] ?? 0) });
  if (wrong.includes(deed)) return <Notice tone="error" role="alert" title={title} />;
  return <Notice tone={quiet.includes(deed) ? "info" : "success"} role="status" title={title} />;
}
