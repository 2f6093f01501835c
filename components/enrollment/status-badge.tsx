import { useTranslations } from "next-intl";
import { Icon, type IconName } from "@/components/ui/icons.tsx";
import type { CertificateState, Status } from "@/server/enrollment/lifecycle.ts";

type Look = { tone: "working" | "ready" | "good" | "over" | "bad"; icon: IconName };

const statusLooks = {
  awaiting_approval: { tone: "working", icon: "clock" },
  requested: { tone: "working", icon: "clock" },
  pin_ready: { tone: "ready", icon: "receive" },
  active: { tone: "good", icon: "check" },
  renewing: { tone: "working", icon: "clock" },
  renewal_pin_ready: { tone: "ready", icon: "receive" },
  revoking: { tone: "working", icon: "clock" },
  revoked: { tone: "over", icon: "cross" },
  expired: { tone: "over", icon: "dash" },
  lapsed: { tone: "over", icon: "dash" },
  failed: { tone: "bad", icon: "warning" },
  declined: { tone: "over", icon: "cross" },
  cancelled: { tone: "over", icon: "dash" },
} as const satisfies Record<Status, Look>;

const stateLooks = {
  none: { tone: "over", icon: "dash" },
  waiting: { tone: "working", icon: "clock" },
  valid: { tone: "good", icon: "check" },
  revoked: { tone: "over", icon: "cross" },
  expired: { tone: "over", icon: "dash" },
  uncollected: { tone: "over", icon: "dash" },
} as const satisfies Record<CertificateState, Look>;

/** 申請状況: what the portal and the CA are doing. */
export function StatusBadge({ status }: { status: Status }) {
  const t = useTranslations("Status");
  return <Badge look={statusLooks[status]} word={t(status)} />;
}

/** 証明書の状態: what is true of the certificate. */
export function StateBadge({ state }: { state: CertificateState }) {
  const t = useTranslations("CertificateState");
  return <Badge look={stateLooks[state]} word={t(state)} />;
}

function Badge({ look, word }: { look: Look; word: string }) {
  return (
    <span className={`status status-${look.tone}`}>
      <Icon name={look.icon} />
      {word}
    </span>
  );
}
