/** Lists that come as a file, and reports that go as one: actions of pages take only what is small. */
import "server-only";
import { hasLocale } from "next-intl";
import { api } from "@/server/api/caller.ts";
import { codeOf } from "@/server/api/errors.ts";
import { bounded } from "@/server/body.ts";
import { routing } from "@/server/i18n/routing.ts";
import { isFromOwnPage, seeOther } from "../../own-page.ts";
import type { OperatorCaller } from "../operator.ts";

const most = 2 * 1024 * 1024;
/** Of a form beside its file. */
const forTheRest = 64 * 1024;

type Section = "offboardings" | "invitations";
type Whose = { locale: string; section: Section };

/** To the page of the list, or back with what is wrong with it. */
export async function takeList(request: Request, { locale, section }: Whose): Promise<Response> {
  if (!isFromOwnPage(request)) return new Response(null, { status: 403 });
  const path = `/${languageIn(locale)}/admin/${section}`;
  const admin = await admitted(locale, section);
  if (admin instanceof Response) return admin;
  const back = (query: Record<string, string>) => seeOther(`${path}?${new URLSearchParams(query)}`);
  const asked = await bounded(request, most + forTheRest);
  if (!asked) return back({ fault: "too_many" });
  try {
    const form = await asked.formData();
    const file = form.get("list");
    if (!(file instanceof File) || file.size === 0) return back({ fault: "no_file" });
    if (file.size > most) return back({ fault: "too_many" });
    const list = new Uint8Array(await file.arrayBuffer());
    const given = await admin[section].give({ institutionId: String(form.get("institution") ?? ""), list });
    if ("fault" in given)
      return back({ fault: given.fault, ...(given.line && { line: String(given.line) }) });
    return seeOther(`${path}/lists/${given.id}`);
  } catch (error) {
    const code = codeOf(error);
    const unproven = { for: "off_board", to: path };
    if (code === "strong_login_needed")
      return seeOther(`/${languageIn(locale)}/login/confirm-identity?${new URLSearchParams(unproven)}`);
    return back({ fault: "refused" });
  }
}

/** A table that a registrar downloads; `read` gives its text. */
export async function tableFile(
  { locale, section }: Whose,
  name: string,
  read: (admin: OperatorCaller) => Promise<string>,
): Promise<Response> {
  const admin = await admitted(locale, section);
  if (admin instanceof Response) return admin;
  try {
    return new Response(await read(admin), {
      headers: {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": `attachment; filename="${name}.csv"`,
        "Cache-Control": "no-store",
      },
    });
  } catch (error) {
    const code = codeOf(error);
    if (code !== "not_found" && code !== "invalid_input") throw error;
    return seeOther(`/${languageIn(locale)}/not-found`);
  }
}

/** Whoever may not is where any page would send them. */
async function admitted(locale: string, section: Section): Promise<OperatorCaller | Response> {
  const caller = await api();
  const { member } = await caller.session.me();
  const language = languageIn(locale);
  const to = `/${language}/admin/${section}`;
  if (!member) return seeOther(`/${language}/login?${new URLSearchParams({ to })}`);
  return member.isRegistrar ? caller.admin : seeOther(`/${language}/not-found`);
}

function languageIn(locale: string): string {
  return hasLocale(routing.locales, locale) ? locale : routing.defaultLocale;
}
