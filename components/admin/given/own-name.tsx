import { useLocale } from "next-intl";

/** An institution by its name in the reader's language. */
export function OwnName({ institution }: { institution: { nameJa: string; nameEn: string } }) {
  return useLocale() === "ja" ? institution.nameJa : institution.nameEn;
}
