import { tableFile } from "../../../given/sent-list.ts";

type FileRoute = { params: Promise<{ locale: string; batch: string }> };

export async function GET(_request: Request, { params }: FileRoute): Promise<Response> {
  const { locale, batch } = await params;
  return tableFile({ locale, section: "invitations" }, "invitations", (admin) =>
    admin.invitations.file({ batch }),
  );
}
