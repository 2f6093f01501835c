/** Small drawings beside a word; never the only bearer of a meaning, so never read aloud. */

const strokes = {
  check: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm-4 9.2 2.8 2.8L16.2 9",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4v5.2l3.4 2",
  receive: "M12 4v10m-4.2-4L12 14.2 16.2 10M4 16v3.2h16V16",
  cross: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm-3.4 5.6 6.8 6.8m0-6.8-6.8 6.8",
  dash: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm-4.5 9h9",
  warning: "M12 3.8 2.6 20h18.8L12 3.8Zm0 6v4.4m0 2.4v.6",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 8v5.6m0-9.4v.6",
  down: "m6 9.5 6 6 6-6",
  person: "M12 4a3.8 3.8 0 1 0 0 7.6A3.8 3.8 0 0 0 12 4ZM4.5 20c.6-4 3.6-6 7.5-6s6.9 2 7.5 6",
  lock: "M6 11h12v9H6v-9Zm2.5 0V8a3.5 3.5 0 0 1 7 0v3",
} as const;

export type IconName = keyof typeof strokes;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={strokes[name]} />
    </svg>
  );
}
