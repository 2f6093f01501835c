/** What search forms of administration are made of: a choice that may be left open, and a day. */

type Named = { name: string; label: string; value: string };

/** `all`: what is said where nothing is chosen; `options`: each value with its word. */
export function ChoiceField({
  name,
  label,
  value,
  all,
  options,
}: Named & { all: string; options: readonly (readonly [value: string, word: string])[] }) {
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      <select id={name} name={name} className="select" defaultValue={value}>
        <option value="">{all}</option>
        {options.map(([one, word]) => (
          <option key={one} value={one}>
            {word}
          </option>
        ))}
      </select>
    </div>
  );
}

export function DayField({ name, label, value }: Named) {
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      <input id={name} name={name} type="date" className="input" defaultValue={value} />
    </div>
  );
}
