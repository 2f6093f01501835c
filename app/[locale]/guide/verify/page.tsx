import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { niiLink } from "@/components/guide/authorities.tsx";
import { Fingerprints } from "@/components/guide/verify/fingerprints.tsx";
import { OneCertificate } from "@/components/guide/verify/one-certificate.tsx";
import { Preparation, ServerConfiguration } from "@/components/guide/verify/server.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import { api } from "@/server/api/caller.ts";
import { Link } from "@/server/i18n/navigation.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Verify"))("title") };
}

const parts = ["authorities", "one", "preparation", "nginx", "apache", "freeradius", "notes"] as const;
const notes = ["generations", "complete", "shards", "deltas", "fresh"] as const;

export default async function VerifyPage() {
  const { authorities } = await api();
  const [t, known, places] = await Promise.all([
    getTranslations("Verify"),
    authorities.list(),
    authorities.places(),
  ]);
  if (known === null) {
    return (
      <div className="stack prose">
        <h1>{t("title")}</h1>
        <Notice tone="info" title={t("upki")}>
          <p>{t.rich("upkiHint", { nii: niiLink })}</p>
        </Notice>
      </div>
    );
  }
  const idsOf = (kind: (typeof known)[number]["kind"]) =>
    known.filter((authority) => authority.kind === kind).map(({ id }) => id);
  const published = {
    ...places,
    roots: idsOf("root"),
    client: idsOf("client"),
    smime: idsOf("smime"),
  };
  if (known.length === 0) {
    return (
      <div className="stack prose">
        <h1>{t("title")}</h1>
        <Notice tone="info" title={t("none")} />
      </div>
    );
  }
  return (
    <div className="stack prose">
      <h1>{t("title")}</h1>
      <p>{t("lead")}</p>
      <nav aria-label={t("contents")}>
        <ul className="bullets">
          {parts.map((part) => (
            <li key={part}>
              <a href={`#${part}`}>{t(`parts.${part}`)}</a>
            </li>
          ))}
        </ul>
      </nav>
      <Fingerprints authorities={known} published={published} />
      <OneCertificate published={published} />
      <Preparation published={published} />
      {(["nginx", "apache", "freeradius"] as const).map((server) => (
        <ServerConfiguration key={server} server={server} published={published} />
      ))}
      <Section id="notes" title={t("parts.notes")}>
        <ul className="bullets">
          {notes.map((note) => (
            <li key={note}>{t(`notes.${note}`)}</li>
          ))}
        </ul>
      </Section>
      <p>
        <Link className="button button-plain" href="/guide">
          {t("toGuide")}
        </Link>
      </p>
    </div>
  );
}
