import { useTranslations } from "next-intl";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { UpkiOverview } from "../answers.ts";
import { Outcome } from "../outcome.tsx";

/** How many are shown at once: from there on nobody has counted. */
const most = { dead: 100, differences: 500 } as const;

/** What waits for a person, and the way there. */
export function Attention({ view }: { view: UpkiOverview }) {
  const t = useTranslations("Admin.upki");
  const pages = ["dead", "differences"] as const;
  return (
    <Facts>
      {pages.map((page) => {
        const count = view[page];
        return (
          <Fact key={page} name={t(`attention.${page}`)}>
            <Outcome isGood={count === 0}>
              {t(count >= most[page] ? "countOrMore" : "count", { count })}
            </Outcome>
            <p>
              <Link className="record-link" href={`/admin/upki/${page}`} prefetch={false}>
                {t("attention.open")}
                <span className="visually-hidden">
                  {t("attention.openOf", { what: t(`attention.${page}`) })}
                </span>
              </Link>
            </p>
          </Fact>
        );
      })}
    </Facts>
  );
}
