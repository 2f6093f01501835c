import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Day } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Section } from "@/components/ui/section.tsx";
import type { AuthoritiesAnswer } from "./answers.ts";

/** 中間CA証明書 and the root: where to get them, and how to know them. `null`: of NII's service. */
export function Authorities({ authorities }: { authorities: AuthoritiesAnswer }) {
  const t = useTranslations("Guide.authorities");
  return (
    <Section id="authorities" title={t("title")}>
      {authorities === null ? (
        <p>{t.rich("upki", { nii: niiLink })}</p>
      ) : authorities.length === 0 ? (
        <p>{t("none")}</p>
      ) : (
        <>
          <p>{t("explanation")}</p>
          <ReflowingTable
            labelledBy="authorities"
            columns={[t("certificate"), t("since"), t("notAfter"), t("fingerprint")]}
            rows={authorities.map(({ id, kind, since, notAfter, fingerprint }) => ({
              key: id,
              cells: [
                <a key="certificate" href={`/pki/${id}.cer`}>
                  {t(kind, { file: `${id}.cer` })}
                </a>,
                <Day key="since" at={since} />,
                <Day key="until" at={notAfter} />,
                <code key="fingerprint" className="fingerprint">
                  {fingerprint}
                </code>,
              ],
            }))}
          />
          <p className="hint">{t("rootHint")}</p>
        </>
      )}
    </Section>
  );
}

/** To the service's public site. */
export function niiLink(text: ReactNode) {
  return <a href="https://certs.nii.ac.jp/">{text}</a>;
}
