import { type Messages, useMessages, useTranslations } from "next-intl";

type Code = keyof Messages["LoginError"]["codes"];

/** The sentences that readers of the login's error page see, by the codes that records hold. */
export function useOutcomeWords() {
  const t = useTranslations("LoginError.codes");
  const admin = useTranslations("Admin.logins");
  const codes = Object.keys(useMessages().LoginError.codes) as Code[];
  const known = (code: string) => codes.find((one) => one === code);
  return {
    codes,
    /** What happened, in one sentence; a code of another version of the portal stands for itself. */
    wordsFor(code: string): string {
      const one = known(code);
      return one ? t(`${one}.happened`) : admin("unknownCode", { code });
    },
    adviceFor(code: string): string | null {
      const one = known(code);
      return one ? t(`${one}.toDo`) : null;
    },
  };
}
