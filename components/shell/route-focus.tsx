"use client";

import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";

/** Where the page changes without a load, the reading place goes to its beginning and the menu closes, as after one. */
export function RouteFocus() {
  const path = usePathname();
  const before = useRef(path);

  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    document.querySelector("details.account")?.removeAttribute("open");
    if (!location.hash) document.getElementById("main")?.focus({ preventScroll: true });
  }, [path]);

  return null;
}
