import { getTranslations } from "next-intl/server";
import { speakToReader } from "./outbox.ts";

export default async function OutboxNotFound() {
  await speakToReader();
  const t = await getTranslations("Outbox");
  return (
    <>
      <h1>{t("notFound")}</h1>
      <p>{t("notFoundExplanation")}</p>
      <p>
        <a href="/">{t("toTop")}</a>
      </p>
    </>
  );
}
