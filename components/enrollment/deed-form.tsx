import { useLocale } from "next-intl";
import type { ReactNode } from "react";
import type { DeedFields } from "./confirm-form.tsx";
import type { Deed } from "./deeds.ts";

type DeedFormProps = {
  deed: Deed;
  /** What the form carries unseen; what its own fields hold comes on top. */
  fields: Partial<DeedFields>;
  /** The fields to fill in, if any, and the button. */
  children: ReactNode;
};

/** Leads to the question whether to send: in the dialog of the `Asking` around it, and without JavaScript on the page /certs/confirm. */
export function DeedForm({ deed, fields, children }: DeedFormProps) {
  const locale = useLocale();
  return (
    <form method="get" action={`/${locale}/certs/confirm`}>
      <input type="hidden" name="do" value={deed} />
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {children}
    </form>
  );
}
