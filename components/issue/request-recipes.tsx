import { useTranslations } from "next-intl";

/** How a request is made, by where its key is. Tried with OpenSSL 3.0, tpm2-openssl 1.1 on a TPM 2.0, and GnuTLS 3.7 on a PKCS #11 token. */
const recipes = {
  file: `openssl req -new -newkey rsa:2048 -keyout key.pem \\
  -subj /CN=request -out request.pem`,
  tpm: `openssl genpkey -provider tpm2 -provider default \\
  -algorithm RSA -pkeyopt bits:2048 -out key.tpm
openssl req -new -provider tpm2 -provider default -propquery '?provider=tpm2' \\
  -key key.tpm -subj /CN=request -out request.pem`,
  card: `p11tool --login --generate-privkey=rsa --bits=2048 \\
  --label=portal 'pkcs11:token=card'
certtool --generate-request --template /dev/null --outfile request.pem \\
  --load-privkey 'pkcs11:token=card;object=portal;type=private' \\
  --load-pubkey 'pkcs11:token=card;object=portal;type=public'`,
} as const;

export function RequestRecipes() {
  const t = useTranslations("Issue.request.recipes");
  return (
    <details className="more">
      <summary>{t("summary")}</summary>
      {(["file", "tpm", "card"] as const).map((place) => (
        <div key={place}>
          <h3>{t(place)}</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
          <pre className="command" tabIndex={0}>
            <code>{recipes[place]}</code>
          </pre>
        </div>
      ))}
      <p className="hint">{t("hint")}</p>
    </details>
  );
}
