"use client";

import { useSelectedLayoutSegment } from "next/navigation";
import { Link } from "@/server/i18n/navigation.ts";

type Titled = { name: string; title: string };
type AdminNavProps = { label: string; groups: readonly (Titled & { sections: readonly Titled[] })[] };

/** The sections that are there for the reader, with the one that is open marked. */
export function AdminNav({ label, groups }: AdminNavProps) {
  const here = useSelectedLayoutSegment() ?? "overview";
  const shown = groups.filter(({ sections }) => sections.length > 0);
  if (shown.length === 0) return null;
  return (
    <nav aria-label={label} className="admin-nav no-print">
      {shown.map((group) => (
        <div key={group.name}>
          <p id={`menu-${group.name}`}>{group.title}</p>
          <ul aria-labelledby={`menu-${group.name}`}>
            {group.sections.map(({ name, title }) => (
              <li key={name}>
                <Link
                  href={name === "overview" ? "/admin" : `/admin/${name}`}
                  prefetch={false}
                  aria-current={name === here ? "page" : undefined}
                >
                  {title}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
