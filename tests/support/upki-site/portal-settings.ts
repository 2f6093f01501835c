/** What a portal is set to, so that the stand-in is its CA. */
import type { UpkiSite } from "./start.ts";

/** `secret`: what the post shows when it brings a mail. */
export function portalSettings(site: UpkiSite, { mailbox, secret }: { mailbox: string; secret: string }) {
  return {
    CA_BACKEND: "upki",
    UPKI_SITE_URL: site.url,
    UPKI_SITE_CA: site.siteCa,
    UPKI_CLIENT_P12: site.registrarP12,
    UPKI_CLIENT_P12_PASSPHRASE: site.passphrase,
    UPKI_MAIL_CA: site.mailCa,
    UPKI_MAIL_SENDER: site.sender,
    UPKI_MAILBOX: mailbox,
    UPKI_MAIL_SECRET: secret,
    UPKI_PIN_HOSTS: new URL(site.publicUrl).host,
  };
}
