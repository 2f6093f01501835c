/** The portal of this folder or of these settings, for commands that need its keys too. */
import { withOwnDatabase } from "./own-database.ts";
import { Refusal } from "./refusal.ts";

export type OwnPortal = { databaseUrl: string; sealingKey: Buffer; baseUrl: string };

export function withOwnPortal<Answer>(use: (portal: OwnPortal) => Promise<Answer>): Promise<Answer> {
  return withOwnDatabase(async ({ url: databaseUrl, keys }) => {
    if (!keys) return use({ databaseUrl, sealingKey: sealingKeyOf(), baseUrl: baseUrlOf() });
    const { BASE_URL, PORT = "3000", SEALING_KEY } = process.env;
    return use({
      databaseUrl,
      sealingKey: SEALING_KEY ? sealingKeyOf() : Buffer.from(keys.SEALING_KEY, "base64"),
      baseUrl: BASE_URL || `http://localhost:${PORT}`,
    });
  });
}

function sealingKeyOf(): Buffer {
  const key = Buffer.from(process.env.SEALING_KEY ?? "", "base64");
  if (key.length === 32) return key;
  throw new Refusal(
    "SEALING_KEY is missing or not right: set it to the one that the portal runs with. / SEALING_KEY に、ポータルで使っている値を設定してください。",
  );
}

function baseUrlOf(): string {
  const { BASE_URL: url = "", VERCEL_PROJECT_PRODUCTION_URL: host } = process.env;
  if (URL.canParse(url)) return url;
  if (host) return `https://${host}`;
  throw new Refusal(
    "BASE_URL is missing or not right: set it to where users reach the portal, for new certificates are made out to its host. / BASE_URL に、ポータルの公開 URL を設定してください。新しい証明書の名前になります。",
  );
}
