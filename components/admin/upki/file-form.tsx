type FileFormProps = {
  /** A route handler: files are more than a page's action takes. */
  action: string;
  field: { id: string; name: string; accept: string; multiple?: boolean };
  label: string;
  hint: string;
  button: string;
};

/** Sends files, with and without JavaScript. */
export function FileForm({ action, field, label, hint, button }: FileFormProps) {
  const hintId = `${field.id}-hint`;
  return (
    <form method="post" action={action} encType="multipart/form-data" className="stack no-print">
      <div className="field">
        <label htmlFor={field.id}>{label}</label>
        <p id={hintId} className="hint">
          {hint}
        </p>
        <input {...field} type="file" required className="input" aria-describedby={hintId} />
      </div>
      <button type="submit" className="button button-plain">
        {button}
      </button>
    </form>
  );
}
