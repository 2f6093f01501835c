import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import NotFoundPage from "../not-found.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("NotFound"))("title") };
}

export default NotFoundPage;
