import type { ReactNode } from "react";
import { Icon, type IconName } from "./icons.tsx";

const icons = {
  info: "info",
  success: "check",
  warning: "warning",
  error: "warning",
} as const satisfies Record<string, IconName>;

type NoticeProps = {
  tone: keyof typeof icons;
  title: ReactNode;
  children?: ReactNode;
  /** `alert` for what just went wrong, `status` for what just went well; none for what was there all along. */
  role?: "alert" | "status";
};

export function Notice({ tone, title, children, role }: NoticeProps) {
  return (
    <div className={`notice notice-${tone}`} role={role}>
      <Icon name={icons[tone]} />
      <div className="notice-body">
        <p className="notice-title">{title}</p>
        {children}
      </div>
    </div>
  );
}
