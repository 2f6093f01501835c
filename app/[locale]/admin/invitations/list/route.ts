import { takeList } from "../../given/sent-list.ts";

type ListRoute = { params: Promise<{ locale: string }> };

export async function POST(request: Request, { params }: ListRoute): Promise<Response> {
  return takeList(request, { ...(await params), section: "invitations" });
}
