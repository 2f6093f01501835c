import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ApplicationLine } from "@/components/admin/applications/application-line.tsx";
import { ConfirmDeed } from "@/components/admin/applications/confirm-deed.tsx";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { Fact, Facts } from "@/components/ui/facts.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { lost } from "../../../../../lost.ts";
import { orLost, registrar } from "../../../../operator.ts";
import { sendAgain } from "../../actions.ts";

type LetterPageProps = { params: Promise<{ id: string; letter: string }> };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Admin.applications.deeds.send");
  return { title: t("title"), robots: { index: false } };
}

/** The question before a mail goes out once more, or why it cannot. */
export default async function LetterPage({ params }: LetterPageProps) {
  const { id, letter: letterId } = await params;
  const page = `/admin/applications/${encodeURIComponent(id)}`;
  const { applications } = await registrar(`${page}/letters/${encodeURIComponent(letterId)}`);
  const [application, t, one, kinds] = await Promise.all([
    orLost(applications.get({ id })),
    getTranslations("Admin.applications.deeds"),
    getTranslations("Admin.applications.one"),
    getTranslations("Letter.kinds"),
  ]);
  const letter = application.letters.find((written) => written.id === letterId) ?? (await lost());
  return (
    <AdminFrame title={t("send.title")}>
      <ApplicationLine application={application} />
      <Facts>
        <Fact name={one("letters.kind")}>{kinds(letter.kind)}</Fact>
        <Fact name={one("letters.recipient")}>{letter.recipient}</Fact>
      </Facts>
      {letter.notAgain ? (
        <>
          <Notice tone="info" title={one(`letters.notAgain.${letter.notAgain}`)} />
          <p>
            <Link className="button button-plain" href={page}>
              {t("back")}
            </Link>
          </p>
        </>
      ) : (
        <>
          <p>{t("send.question")}</p>
          <ConfirmDeed
            action={sendAgain}
            fields={[
              ["id", application.id],
              ["letter", letter.id],
              ["seen", String(letter.again)],
            ]}
            wordsHint={null}
            button={t("send.button")}
            backTo={`${page}#letters`}
          />
        </>
      )}
    </AdminFrame>
  );
}
