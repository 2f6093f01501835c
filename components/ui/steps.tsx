/** Where one is on a short way; `current` counts from 1. */
export function Steps({
  label,
  steps,
  current,
}: {
  label: string;
  steps: readonly string[];
  current: number;
}) {
  return (
    <ol className="steps" aria-label={label}>
      {steps.map((step, index) => (
        <li key={step} aria-current={index + 1 === current ? "step" : undefined}>
          {step}
        </li>
      ))}
    </ol>
  );
}
