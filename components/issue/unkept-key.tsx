"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { Notice } from "@/components/ui/notice.tsx";

/** The browser keeps nothing: before anything is sent, its holder may keep the key as a file. */
export function UnkeptKey({ goOn }: { goOn: (withFile: boolean) => void }) {
  const t = useTranslations("Issue.own.unkept");
  const panel = useRef<HTMLDivElement>(null);

  // The form that had the focus is gone for now; the reading goes on here.
  useEffect(() => panel.current?.focus(), []);

  return (
    <div tabIndex={-1} ref={panel} className="stack">
      <Notice tone="warning" title={t("title")}>
        <p>{t("hint")}</p>
      </Notice>
      <p className="actions">
        <button type="button" className="button button-main" onClick={() => goOn(true)}>
          {t("save")}
        </button>
        <button type="button" className="button button-plain" onClick={() => goOn(false)}>
          {t("skip")}
        </button>
      </p>
    </div>
  );
}
