/** The database of this portal, and what its keys are sealed with: for commands that make or open some. */
import { withOwnDatabase } from "./own-database.ts";
import { Refusal } from "./refusal.ts";

export type OwnPortal = { databaseUrl: string; sealingKey: Buffer; baseUrl: string };

export function withOwnPortal<Answer>(use: (portal: OwnPortal) => Promise<Answer>): Promise<Answer> {
  return withOwnDatabase(({ url: databaseUrl, keys }) => {
    const { SEALING_KEY, BASE_URL, PORT = "3000" } = process.env;
    const sealingKey = sealingKeyFrom(SEALING_KEY || keys?.SEALING_KEY);
    const baseUrl = keys && !BASE_URL ? `http://localhost:${PORT}` : baseUrlOf();
    return use({ databaseUrl, sealingKey, baseUrl });
  });
}

function sealingKeyFrom(text = ""): Buffer {
  const key = Buffer.from(text, "base64");
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
