import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { Letters } from "@/components/enrollment/letters.tsx";
import messages from "@/messages/en.json" with { type: "json" };
import type { LetterView } from "@/server/enrollment/views.ts";

const recipient = "hanako@a.example.ac.jp";

function linesOf(letter: Pick<LetterView, "status" | "sentAt">): number {
  const letters = [{ kind: "acquisition" as const, recipient, ...letter }];
  const markup = renderToStaticMarkup(
    <NextIntlClientProvider locale="en" messages={messages} timeZone="Asia/Tokyo">
      <Letters mail={recipient} letters={letters} />
    </NextIntlClientProvider>,
  );
  return markup.split('class="hint block"').length;
}

test("a letter takes as much of the page before it is sent as after: nothing moves under a finger", () => {
  expect(linesOf({ status: "waiting", sentAt: null })).toBe(2);
  expect(linesOf({ status: "sent", sentAt: new Date("2026-12-01T00:00:00Z") })).toBe(2);
});

test("one that could not be sent has no time", () => {
  expect(linesOf({ status: "failed", sentAt: null })).toBe(1);
});
