import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Link } from "@/server/i18n/navigation.ts";

const sections = ["federation", "logins", "institutions"] as const;

type AdminFrameProps = { here: (typeof sections)[number]; title: string; children: ReactNode };

/** What every page of the operators begins with. */
export function AdminFrame({ here, title, children }: AdminFrameProps) {
  const t = useTranslations("Admin");
  return (
    <div className="stack">
      <nav aria-label={t("menu")} className="admin-nav no-print">
        <ul>
          {sections.map((section) => (
            <li key={section}>
              <Link
                href={`/admin/${section}`}
                prefetch={false}
                aria-current={section === here ? "page" : undefined}
              >
                {t(`${section}.title`)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <h1>{title}</h1>
      {children}
    </div>
  );
}
