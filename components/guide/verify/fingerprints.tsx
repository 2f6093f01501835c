import { useTranslations } from "next-intl";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Section } from "@/components/ui/section.tsx";
import type { AuthoritiesAnswer } from "../answers.ts";
import { Block } from "./block.tsx";
import { fetchAuthorities } from "./commands.ts";
import type { Published } from "./published.ts";

/** Root and issuing CAs: how to get them, and how to know that they are ours. */
export function Fingerprints({
  authorities,
  published,
}: {
  authorities: NonNullable<AuthoritiesAnswer>;
  published: Published;
}) {
  const t = useTranslations("Verify.authorities");
  const kinds = useTranslations("Guide.authorities");
  return (
    <Section id="authorities" title={t("title")}>
      <p>{t("explanation")}</p>
      <Block name={t("fetch")} code={fetchAuthorities(published)} />
      <p>{t("compare")}</p>
      <ReflowingTable
        labelledBy="authorities"
        columns={[kinds("certificate"), kinds("fingerprint")]}
        rows={authorities.map(({ id, kind, fingerprint }) => ({
          key: id,
          cells: [
            <a key="certificate" href={`/pki/${id}.cer`}>
              {kinds(kind, { file: `${id}.cer` })}
            </a>,
            <code key="fingerprint" className="fingerprint">
              {fingerprint}
            </code>,
          ],
        }))}
      />
      <p className="hint">{t("otherWay")}</p>
    </Section>
  );
}
