import { useLocale, useTranslations } from "next-intl";
import { Fragment } from "react";
import { Contact } from "@/components/ui/contact.tsx";
import { languageOf } from "@/components/ui/language.ts";
import { Notice } from "@/components/ui/notice.tsx";
import type { Dashboard } from "@/server/enrollment/views.ts";

type InstitutionProps = { institution: Dashboard["institution"] };

/** What the institution tells its members, and whom they may ask; in the reader's language where it is written in both. */
export function InstitutionNotice({ institution: { notice, contact } }: InstitutionProps) {
  const t = useTranslations("Dashboard");
  const isJapanese = useLocale() === "ja";
  const text = (isJapanese ? notice.ja || notice.en : notice.en || notice.ja).trim();
  if (!text && !contact) return null;
  const whom = contact && <p>{t.rich("contact", { contact: () => <Contact contact={contact} /> })}</p>;
  if (!text) return whom;
  return (
    <Notice tone="info" title={t("notice")}>
      <p className="as-written" lang={languageOf(text) ?? "en"}>
        <Linked text={text} />
      </p>
      {whom}
    </Notice>
  );
}

/** Plain text; only an address that begins with https:// can be followed. */
function Linked({ text }: { text: string }) {
  return text.split(/(https:\/\/[\w.~:/?#@!$&*+;=%-]*[\w~/=#&%-])/).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have nothing else to be known by
    <Fragment key={index}>
      {index % 2 === 1 && URL.canParse(part) ? (
        <a href={part} rel="noreferrer">
          {part}
        </a>
      ) : (
        part
      )}
    </Fragment>
  ));
}

/** That there is nothing to apply for, and whom to ask. */
export function NothingOffered({ institution: { isEnabled, contact } }: InstitutionProps) {
  const t = useTranslations("Dashboard.notOffered");
  return (
    <Notice tone="warning" title={t(isEnabled ? "nothing" : "closed")}>
      <p>
        {contact
          ? t.rich("whomToAsk", { contact: () => <Contact contact={contact} /> })
          : t("whomToAskUnknown")}
      </p>
    </Notice>
  );
}
