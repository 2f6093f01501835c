import type { ReactNode } from "react";
import { Icon } from "@/components/ui/icons.tsx";

/** How something went: by a drawing and by words. */
export function Outcome({ isGood, children }: { isGood: boolean; children: ReactNode }) {
  return (
    <span className={`status ${isGood ? "status-good" : "status-bad"}`}>
      <Icon name={isGood ? "check" : "warning"} />
      {children}
    </span>
  );
}
