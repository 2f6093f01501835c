/** From a mail's element to what is sent: HTML, and the same as text. */
import type { ReactElement } from "react";
import { render, toPlainText } from "react-email";

type TextOptions = NonNullable<Parameters<typeof toPlainText>[1]>;
/** What html-to-text, which brings no types, hands to a formatter. */
type Format = (
  element: { children: unknown[] },
  walk: (children: unknown[], builder: Builder) => void,
  builder: Builder,
) => void;
type Builder = {
  openBlock(options: { leadingLineBreaks: number }): void;
  closeBlock(options: { trailingLineBreaks: number; blockTransform?: (text: string) => string }): void;
  addLiteral(text: string): void;
};

export async function renderMail(element: ReactElement): Promise<{ html: string; text: string }> {
  const html = await render(element);
  return { html, text: `${toPlainText(html, layout).trim()}\n` };
}

const heading: Format = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 2 });
  builder.addLiteral("■ ");
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 2 });
};

/** Japanese has no spaces at which a mail reader could wrap: each sentence begins a line. */
const paragraph: Format = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 2 });
  walk(element.children, builder);
  builder.closeBlock({
    trailingLineBreaks: 2,
    blockTransform: (text) => text.replace(/。(?=[^」）\n])/g, "。\n"),
  });
};

const indented: Format = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 1 });
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 1, blockTransform: (text) => `  ${text}` });
};

const rule: Format = (_element, _walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 2 });
  builder.addLiteral("-".repeat(70));
  builder.closeBlock({ trailingLineBreaks: 1 });
};

const ownLine = { leadingLineBreaks: 1, trailingLineBreaks: 1 };

const layout: TextOptions = {
  wordwrap: false,
  formatters: { heading, paragraph, indented, rule },
  selectors: [
    { selector: "h2", format: "heading" },
    { selector: "p", format: "paragraph" },
    { selector: "dl", format: "block", options: { leadingLineBreaks: 2, trailingLineBreaks: 2 } },
    { selector: "dt", format: "block", options: ownLine },
    { selector: "dd", format: "indented" },
    { selector: "dd.url", format: "block", options: ownLine },
    { selector: "hr", format: "rule" },
  ],
};
