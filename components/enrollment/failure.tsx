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
] as const;

/** Why an application ended in エラー: a sentence where the code is known, else the code for the help desk. */
export function Failure({ code }: { code: string }) {
  const t = useTranslations("Detail.failure");
  const known = told.find((one) => one === code);
  return <p>{known ? t(known) : t("other", { code })}</p>;
}
