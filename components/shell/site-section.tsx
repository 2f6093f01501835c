"use client";

import { useSelectedLayoutSegment } from "next/navigation";
import type { ReactNode } from "react";

/** Shows one thing on the issuing site and another on the portal. */
export function SiteSection({ issuing, portal }: { issuing: ReactNode; portal: ReactNode }) {
  return useSelectedLayoutSegment() === "issue" ? issuing : portal;
}
