"use client";

import { useSyncExternalStore } from "react";

const never = () => () => {};

/** Whether JavaScript runs here: false in what the server sent, true from then on. */
export function useScripted(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
