import { useTranslations } from "next-intl";
import { CodeBlock } from "@/components/ui/code-block.tsx";

/** The commands of a rollover, for whoever is at the portal's console. */
export function Rollover({ isOffline }: { isOffline: boolean }) {
  const t = useTranslations("Admin.ca.rollover");
  const ways = isOffline
    ? (["list", "request", "accept", "use", "crl"] as const)
    : (["list", "renew", "use", "revoke"] as const);
  return (
    <ol className="stack">
      {ways.map((way) => (
        <li key={way}>
          <CodeBlock
            name={t(`steps.${way}`)}
            code={commands[way]}
            copy={t("copy")}
            copied={t("copied")}
            copyFailed={t("copyFailed")}
          />
        </li>
      ))}
    </ol>
  );
}

/** Of the issuing CA for clients; for S/MIME the word is another. */
const commands = {
  list: "npm run ca",
  renew: "npm run ca -- renew client",
  request: "npm run ca -- request client",
  accept: "npm run ca -- accept client-g2.pem",
  use: "npm run ca -- use client-g2",
  crl: "npm run ca -- crl root.crl",
  revoke: "npm run ca -- revoke client --reason superseded",
} as const;
