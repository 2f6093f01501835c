import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { AssignForm } from "@/components/admin/upki/assign-form.tsx";
import { LetterFacts } from "@/components/admin/upki/letters.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { assign } from "../../actions.ts";
import { type LetterQuery, letterOf } from "../letter.ts";

type AssignPageProps = { searchParams: Promise<LetterQuery> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.upki.dead"))("assignTitle"), robots: { index: false } };
}

export default async function AssignPage({ searchParams }: AssignPageProps) {
  const { upki, letter, name } = await letterOf(await searchParams, "assign");
  const [t, requests] = await Promise.all([getTranslations("Admin.upki"), upki.openRequests()]);
  const about = name === null ? letter : { ...letter, names: [name] };
  return (
    <AdminFrame title={t("dead.assignTitle")}>
      <p>
        {t(`dead.${letter.what}`)} {letter.subject}
      </p>
      <LetterFacts letter={about} />
      <p>{t("dead.assignHint")}</p>
      <AssignForm letter={letter} name={name} requests={requests} action={assign} />
      <p className="actions">
        <Link className="button button-plain" href="/admin/upki/dead">
          {t("backToDead")}
        </Link>
      </p>
    </AdminFrame>
  );
}
