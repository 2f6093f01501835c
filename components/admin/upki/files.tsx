import { useLocale, useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import type { UpkiOverview } from "../answers.ts";
import { FileForm } from "./file-form.tsx";

type File = UpkiOverview["files"][number];
type FilesProps = { view: UpkiOverview; settleFile: (form: FormData) => Promise<void> };

/** Files that went out, or are with a registrar, until it is known what came of them. */
export function Files({ view: { files, transport }, settleFile }: FilesProps) {
  const t = useTranslations("Admin.upki.files");
  if (files.length === 0) return <p>{t("none")}</p>;
  const isManual = transport === "manual";
  return (
    <>
      {isManual && <p>{t("steps")}</p>}
      <ul className="cards">
        {files.map((file) => (
          <li key={file.upload} className="card stack">
            <FileHead file={file} isManual={isManual} />
            {isManual && <Outcomes file={file} settleFile={settleFile} />}
          </li>
        ))}
      </ul>
    </>
  );
}

function FileHead({ file: { kind, lines, since }, isManual }: { file: File; isManual: boolean }) {
  const t = useTranslations("Admin.upki");
  return (
    <>
      <h3>{t("files.one", { kind: t(`kinds.${kind}`), lines })}</h3>
      <p className="hint">
        {t.rich(isManual ? "files.since" : "files.sentSince", { at: () => <Moment at={since} /> })}
      </p>
    </>
  );
}

function Outcomes({ file: { upload }, settleFile }: Pick<FilesProps, "settleFile"> & { file: File }) {
  const t = useTranslations("Admin.upki");
  const path = `/${useLocale()}/admin/upki/files/${upload}`;
  return (
    <>
      <p>
        <a className="button button-main" href={path} download>
          {t("files.download")}
        </a>
      </p>
      <div className="actions no-print">
        {(["taken", "waiting"] as const).map((as) => (
          <form key={as} action={settleFile}>
            <input type="hidden" name="upload" value={upload} />
            <input type="hidden" name="as" value={as} />
            <SubmitButton className="button button-plain" pendingLabel={t("working")}>
              {t(as === "taken" ? "files.taken" : "files.putBack")}
            </SubmitButton>
          </form>
        ))}
      </div>
      <p className="hint">{t("files.putBackHint")}</p>
      <FileForm
        action={path}
        field={{ id: `reply-${upload}`, name: "reply", accept: ".html,.htm,text/html" }}
        label={t("files.reply")}
        hint={t("files.replyHint")}
        button={t("files.sendReply")}
      />
    </>
  );
}
