"use client";

import { ErrorPage as en } from "@/messages/en.json";
import { ErrorPage as ja } from "@/messages/ja.json";
import "./globals.css";

/** When even the frame of the page failed: in both languages, for the path may be what failed. */
export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="ja">
      <body>
        <main className="wrap">
          <div className="stack prose" role="alert">
            <h1>{ja.title}</h1>
            <p>{ja.explanation}</p>
            <p className="mono">{error.digest}</p>
            <p>
              <a className="button button-main" href="/">
                {ja.toTop}
              </a>
            </p>
            <div lang="en" className="stack">
              <h2>{en.title}</h2>
              <p>{en.explanation}</p>
              <p>
                <a className="button button-main" href="/">
                  {en.toTop}
                </a>
              </p>
            </div>
          </div>
        </main>
      </body>
    </html>
  );
}
