"use client";

import { useSelectedLayoutSegment } from "next/navigation";
import { Link } from "@/server/i18n/navigation.ts";

type AdminNavProps = { label: string; sections: readonly { name: string; title: string }[] };

/** The sections that are there for the reader, with the one that is open marked. */
export function AdminNav({ label, sections }: AdminNavProps) {
  const here = useSelectedLayoutSegment();
  if (sections.length === 0) return null;
  return (
    <nav aria-label={label} className="admin-nav no-print">
      <ul>
        {sections.map(({ name, title }) => (
          <li key={name}>
            <Link href={`/admin/${name}`} prefetch={false} aria-current={name === here ? "page" : undefined}>
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
