import type { ReactNode } from "react";

type SectionProps = { id: string; title: string; children: ReactNode };

/** A part of a page, named by its heading. */
export function Section({ id, title, children }: SectionProps) {
  return (
    <section className="stack" aria-labelledby={id}>
      <h2 id={id} className="section-title">
        {title}
      </h2>
      {children}
    </section>
  );
}
