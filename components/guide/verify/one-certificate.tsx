import { useTranslations } from "next-intl";
import { Section } from "@/components/ui/section.tsx";
import { Block } from "./block.tsx";
import { names, show, takeOut, verifyByList, verifyByOcsp, verifyChain } from "./commands.ts";
import type { Published } from "./published.ts";

const fields = ["subject", "serial", "dates", "keyUsage", "mail", "policy", "addresses"] as const;

/** One certificate, checked by hand. */
export function OneCertificate({ published }: { published: Published }) {
  const t = useTranslations("Verify.one");
  const [issuer = ""] = published.client;
  return (
    <Section id="one" title={t("title")}>
      <p>{t("explanation", names)}</p>
      <Block name={t("takeOut")} code={takeOut()} />
      <p>{t("legacy")}</p>
      <h3>{t("fields.title")}</h3>
      <Block name={t("fields.show")} code={show()} />
      <ul className="bullets">
        {fields.map((field) => (
          <li key={field}>{t(`fields.${field}`)}</li>
        ))}
      </ul>
      <h3>{t("chain.title")}</h3>
      <p>{t("chain.explanation", names)}</p>
      <Block name={t("chain.client")} code={verifyChain("sslclient")} />
      <Block name={t("chain.smime")} code={verifyChain("smimesign")} />
      <h3>{t("list.title")}</h3>
      <p>{t("list.explanation")}</p>
      <Block name={t("list.command")} code={verifyByList(published)} />
      <h3>{t("ocsp.title")}</h3>
      <p>{t("ocsp.explanation", { issuer })}</p>
      <Block name={t("ocsp.command")} code={verifyByOcsp(published, issuer)} />
    </Section>
  );
}
