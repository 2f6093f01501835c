import { type Messages, useMessages } from "next-intl";

type Words = Messages["Audit"];

/** The audit's words as readers know them; a word of another version of the portal stands for itself. */
export function useAuditWords() {
  const { deeds, roles } = useMessages().Audit;
  return {
    // In messages a dot would be a level of its own.
    deedWord: (deed: string) => deeds[deed.replace(".", "_") as keyof Words["deeds"]] ?? deed,
    roleWord: (role: string) => roles[role as keyof Words["roles"]] ?? role,
  };
}
