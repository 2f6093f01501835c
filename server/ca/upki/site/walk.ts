/** From page to page, as a person would: a form is sent as the page says. */
import { type Form, type Page, readPage, urlencoded } from "./page.ts";
import type { Answer, Asked, Session } from "./session.ts";

/** Sends a form with everything it holds, and what is filled in. @throws SiteFault */
export function submit(
  session: Session,
  form: Form,
  filledIn: Readonly<Record<string, string>>,
  asked: Pick<Asked, "step" | "once" | "largest" | "anyStatus">,
): Promise<Answer> {
  const text = urlencoded(form, filledIn);
  if (form.method === "get") {
    const url = new URL(form.action);
    url.search = text;
    return session.visit({ ...asked, url });
  }
  const type = "application/x-www-form-urlencoded";
  return session.visit({ ...asked, url: form.action, form: { type, octets: Buffer.from(text, "latin1") } });
}

/** Looks at a page. @throws SiteFault */
export async function look(session: Session, step: string, url: URL): Promise<Page> {
  return readPage(await session.visit({ step, url }));
}
