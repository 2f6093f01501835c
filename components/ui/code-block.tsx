import { useId } from "react";
import { CopyButton } from "./copy-button.tsx";

type CodeBlockProps = { name: string; code: string; copy: string; copied: string; copyFailed: string };

/** Commands or a configuration, to be copied: long lines scroll within the block, by keyboard too. `name`: what it is. */
export function CodeBlock({ name, code, copy, copied, copyFailed }: CodeBlockProps) {
  const id = useId();
  return (
    <figure className="code-block">
      <figcaption>
        <span id={id}>{name}</span>
        <CopyButton
          value={code}
          label={copy}
          copiedLabel={copied}
          failedLabel={copyFailed}
          describedBy={id}
        />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a pointer (WCAG 2.1.1) */}
      <pre tabIndex={0} translate="no">
        <code>{code}</code>
      </pre>
    </figure>
  );
}
