import { languageOf } from "@/components/ui/language.ts";

/** DN(識別名): a line for each of its parts, one word when copied. */
export function DistinguishedName({ dn }: { dn: readonly string[] }) {
  return (
    <div className="dn mono" translate="no">
      {dn.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two parts may be equal, and none ever moves
        <span key={index} lang={languageOf(part)}>
          {part}
          {index < dn.length - 1 && ","}
        </span>
      ))}
    </div>
  );
}
