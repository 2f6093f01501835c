import { useTranslations } from "next-intl";

const told = [
  "name_malformed",
  "name_too_long",
  "name_characters",
  "mail_missing",
  "mail_malformed",
  "mail_not_ascii",
  "validity_outside_issuer",
  "ca_unreachable",
  "upki_value",
  "upki_201",
  "upki_202",
  "upki_204",
  "upki_206",
  "upki_212",
  "upki_215",
  "other_ca",
  "pin_lost",
] as const;

/** Why an application ended in エラー: a sentence where the code is known, else the code for the help desk; and the CA's own words. */
export function Failure({ code, words }: { code: string; words: string | null }) {
  const t = useTranslations("Detail.failure");
  const known = told.find((one) => one === code);
  return (
    <>
      <p>{known ? t(known) : t("other", { code })}</p>
      {words && <p>{t("words", { words })}</p>}
    </>
  );
}
