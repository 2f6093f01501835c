import { tableFile } from "../../given/sent-list.ts";

type TemplateRoute = { params: Promise<{ locale: string }> };

export async function GET(_request: Request, { params }: TemplateRoute): Promise<Response> {
  const { locale } = await params;
  return tableFile({ locale, section: "invitations" }, "template", (admin) => admin.invitations.template());
}
