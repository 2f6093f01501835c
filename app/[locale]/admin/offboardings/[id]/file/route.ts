import { tableFile } from "../../../given/sent-list.ts";

type FileRoute = { params: Promise<{ locale: string; id: string }> };

export async function GET(_request: Request, { params }: FileRoute): Promise<Response> {
  const { locale, id } = await params;
  return tableFile({ locale, section: "offboardings" }, "offboarding", (admin) =>
    admin.offboardings.file({ id }),
  );
}
