/** The connector as the settings have it. */
import { X509Certificate } from "node:crypto";
import { certificatesIn } from "../../env/pem.ts";
import type { Env } from "../../env.ts";
import { type Credential, type CredentialSettings, readCredential } from "./credential.ts";
import { readProfiles } from "./profiles.ts";
import type { UpkiSettings } from "./settings.ts";
import { fetchList } from "./site/list.ts";
import type { SiteParts } from "./site/login.ts";
import { fetchPinFile } from "./site/pin-page.ts";
import { uploadTsv } from "./site/upload.ts";
import type { Site } from "./world.ts";

/** @throws Error where the settings are not those of the service; server/env.ts says so at the start */
export function upkiSettingsOf(env: Env): UpkiSettings {
  const profiles = readProfiles(env.UPKI_PROFILES);
  if (!profiles) throw new Error("UPKI_PROFILES is not right: it has a term twice.");
  return {
    transport: env.UPKI_TRANSPORT,
    profiles,
    manager: {
      name: env.UPKI_MANAGER_NAME,
      affiliation: env.UPKI_MANAGER_AFFILIATION,
      mail: env.UPKI_MAILBOX ?? "",
    },
    pinned: {
      authorities: certificatesIn(env.UPKI_MAIL_CA ?? "").map((pem) => new X509Certificate(pem).raw),
      sender: env.UPKI_MAIL_SENDER ?? "",
    },
    settling: env.UPKI_SETTLING_SECONDS * 1000,
  };
}

export function credentialSettingsOf(env: Env): CredentialSettings {
  const names = [
    "UPKI_CLIENT_P12",
    "UPKI_CLIENT_P12_PASSPHRASE",
    "UPKI_CLIENT_CERT",
    "UPKI_CLIENT_KEY",
  ] as const;
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

/** The pages of the service; the registrar's certificate is opened when it is first needed, and read anew when that failed. */
export function openSite(env: Env): Site {
  let opened: Promise<Credential> | undefined;
  const authorities = env.UPKI_SITE_CA ? { authorities: certificatesIn(env.UPKI_SITE_CA) } : {};
  const parts = async (): Promise<SiteParts> => {
    opened ??= readCredential(credentialSettingsOf(env)).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return { url: env.UPKI_SITE_URL ?? "", credential: await opened, ...authorities };
  };
  const hosts = (env.UPKI_PIN_HOSTS ?? "").split(",").map((host) => host.trim());
  return {
    upload: async (request) => uploadTsv(await parts(), request),
    list: async () => fetchList(await parts()),
    pinFile: (url) => fetchPinFile(url, { hosts, ...authorities }),
  };
}
