import type { ReactNode } from "react";

/** What every page of operators and registrars begins with, below their menu. */
export function AdminFrame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="stack">
      <h1>{title}</h1>
      {children}
    </div>
  );
}
