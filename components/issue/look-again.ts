"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";

const lookAgain = { every: 1_500, times: 20 };

/** A browser does not tell the page that its file has arrived: after the click the page looks a few times by itself. */
export function useLookAgain(isAwaited: boolean): () => void {
  const router = useRouter();
  const [left, setLeft] = useState(0);

  useEffect(() => {
    if (!isAwaited || left === 0) return;
    const timer = setTimeout(() => {
      router.refresh();
      setLeft(left - 1);
    }, lookAgain.every);
    return () => clearTimeout(timer);
  }, [isAwaited, left, router]);

  return () => setLeft(lookAgain.times);
}
