import type { ReactNode } from "react";

/** Names and what stands under them, one below the other. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="facts">{children}</dl>;
}

type FactProps = { name: string; id?: string; className?: string; children: ReactNode };

export function Fact({ name, id, className, children }: FactProps) {
  return (
    <div id={id} className={className}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
