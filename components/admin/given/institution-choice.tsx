import { useLocale } from "next-intl";

export type Choice = { id: string; nameJa: string; nameEn: string };
type InstitutionChoiceProps = { id: string; institutions: readonly Choice[]; label: string; chosen?: string };

/** Whose list it is: whoever looks after one institution has nothing to choose. */
export function InstitutionChoice({ id, institutions, label, chosen }: InstitutionChoiceProps) {
  const isJapanese = useLocale() === "ja";
  const [first, ...others] = institutions;
  if (first && others.length === 0) return <input type="hidden" name="institution" value={first.id} />;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        key={chosen}
        id={id}
        name="institution"
        className="select"
        required
        defaultValue={chosen || first?.id}
      >
        {institutions.map((one) => (
          <option key={one.id} value={one.id}>
            {isJapanese ? one.nameJa : one.nameEn}
          </option>
        ))}
      </select>
    </div>
  );
}
