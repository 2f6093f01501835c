import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { EndingNotices } from "@/components/admin/ca/endings.tsx";
import { Issuer } from "@/components/admin/ca/issuer.tsx";
import { Rollover } from "@/components/admin/ca/rollover.tsx";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { operator } from "../operator.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.ca"))("title"), robots: { index: false } };
}

export default async function AuthoritiesPage() {
  const admin = await operator("/admin/ca");
  const [t, { own, service }] = await Promise.all([getTranslations("Admin.ca"), admin.authorities.view()]);
  const credential = service?.credential;
  return (
    <AdminFrame title={t("title")}>
      <p>{t("explanation")}</p>
      {service && (
        <section className="stack" aria-labelledby="service">
          <h2 id="service">{t("service.title")}</h2>
          {!credential && <p>{t("service.manual")}</p>}
          {credential && "fault" in credential && (
            <Notice tone="error" title={t("service.unusable")}>
              <p className="entity-id">{credential.fault}</p>
            </Notice>
          )}
          {credential && "subject" in credential && (
            <>
              {service.endsSoon && (
                <Notice tone="warning" title={t("service.endsSoon")}>
                  <p>{t("service.endsSoonHint")}</p>
                </Notice>
              )}
              <Facts>
                <Fact name={t("facts.subject")}>
                  <span className="entity-id">{credential.subject}</span>
                </Fact>
                <Fact name={t("until")}>
                  <Moment at={credential.notAfter} />
                </Fact>
              </Facts>
            </>
          )}
        </section>
      )}
      {own && (
        <>
          <EndingNotices endings={own.endings} />
          <section className="stack" aria-labelledby="issuers">
            <h2 id="issuers">{t("issuers")}</h2>
            {own.issuers.length === 0 && <p>{t("none")}</p>}
            {own.issuers.map((issuer) => (
              <Issuer key={issuer.id} issuer={issuer} />
            ))}
          </section>
          <section className="stack" aria-labelledby="rollover">
            <h2 id="rollover">{t("rollover.title")}</h2>
            <p>{t("rollover.explanation")}</p>
            <Rollover isOffline={own.issuers.some(({ kind, key }) => kind === "root" && key === "offline")} />
          </section>
        </>
      )}
    </AdminFrame>
  );
}
