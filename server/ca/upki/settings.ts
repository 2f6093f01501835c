/** What the connector is told about the service and about itself. */
import type { Pinned } from "./mail/read.ts";
import type { Profiles } from "./profiles.ts";

export type UpkiSettings = {
  /** `site`: the portal goes through the service's pages itself. `manual`: a registrar carries files there and mails back. */
  transport: "site" | "manual";
  profiles: Profiles;
  /** 利用管理者, the portal itself; PIN mails go to its mailbox. */
  manager: { name: string; affiliation: string; mail: string };
  /** Whose mails are believed. */
  pinned: Pinned;
  /** How long the service may need until its list shows what was uploaded, in milliseconds. */
  settling: number;
};
