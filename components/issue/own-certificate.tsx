import { useTranslations } from "next-intl";
import { Notice } from "@/components/ui/notice.tsx";

type OwnCertificateProps = {
  /** Where the files are, without a slash at its end. */
  folder: string;
  /** What they are called. */
  name: string;
};

const files = ["chain", "pem", "cer"] as const;

/** The certificate for a key that its holder has elsewhere. Plain links: they need no script. */
export function OwnCertificate({ folder, name }: OwnCertificateProps) {
  const t = useTranslations("Issue.request");
  const fileOf = { chain: `${name}-chain.pem`, pem: `${name}.pem`, cer: `${name}.cer` };
  return (
    <>
      <div role="status">
        <Notice tone="success" title={t("issued")}>
          <p>{t("issuedHint")}</p>
        </Notice>
      </div>
      <ul className="stack">
        {files.map((file) => (
          <li key={file}>
            <a className="button button-plain" href={`${folder}/${fileOf[file]}`} download={fileOf[file]}>
              {fileOf[file]}
            </a>
            <p className="hint">{t(`files.${file}`)}</p>
          </li>
        ))}
      </ul>
      <details className="more">
        <summary>{t("join")}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
        <pre className="command" tabIndex={0}>
          <code>{`openssl pkcs12 -export -inkey key.pem -in ${fileOf.chain} -out ${name}.p12`}</code>
        </pre>
      </details>
    </>
  );
}
