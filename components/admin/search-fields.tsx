/** What search forms of administration are made of. */
import type { ReactNode } from "react";

type Named = { name: string; label: string; value: string };

/** What is looked for goes into the address. `find`: what the button says. */
export function SearchForm({ find, children }: { find: string; children: ReactNode }) {
  return (
    <search>
      <form method="get" className="admin-search">
        {children}
        <div className="actions">
          <button type="submit" className="button button-main">
            {find}
          </button>
        </div>
      </form>
    </search>
  );
}

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
