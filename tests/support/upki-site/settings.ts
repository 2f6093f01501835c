/** What can be set about the stand-in, and what is unknown of NII's service and therefore said in one place. */
export type Settings = {
  /** Keys, certificates, state and mails; kept over restarts. */
  folder: string;
  /** The registrar's site; the members' pages and the control door take the two ports after it. 0: any. */
  port: number;
  /** Column 10 of what the stand-in itself issues. */
  mailbox: string;
  /** Who administers the institution: is told of every revocation. */
  registrar: string;
  /** Where mails go; where there is none they are only kept. */
  smtp: string | null;
  /** How long the site lets its queue wait, in seconds; 0: not at all. */
  queue: number;
  /** How long the registrar's certificate is valid, from the first start. */
  registrarDays: number;
};

export const defaults: Omit<Settings, "folder"> = {
  port: 0,
  mailbox: "upki@portal.example.ac.jp",
  registrar: "registrar@example.ac.jp",
  smtp: null,
  queue: 120,
  registrarDays: 800,
};

/** The fixed sender of all mails. */
export const sender = "ca-support@upki.example.ac.jp";

export const institution = { id: "0999", name: "試験大学" };

/** How many requests one file may hold. NII's limit is not known. */
export const recordsAtMost = 1000;

/** How long a download URL and a PIN URL work. */
export const urlMonths = 1;

/** 証明書プロファイルID: what kind of certificate, and how long it is valid from its download. */
export const profiles: Record<string, { kind: "client" | "smime"; months?: number; days?: number }> = {
  "5": { kind: "client", months: 48 },
  "13": { kind: "client", months: 13 },
  "14": { kind: "client", months: 25 },
  "7": { kind: "smime", days: 823 },
  "15": { kind: "smime", months: 13 },
  "16": { kind: "smime", months: 25 },
};

/** Revocation reasons that are taken (RFC 5280 §5.3.1). Which of them NII takes is not known beyond 0 and 5. */
export const reasons = ["0", "1", "3", "4", "5"];

/** 状態 in the list. What a request shows before the queue reached it is not known; 3 is an assumption. */
export const listStates = { queued: "3", to_collect: "4", issued: "5", renewed: "6", revoked: "7" } as const;

/** Codes for refusals that the published table does not name; the service has others, and these stand for them. */
export const unlisted = {
  columns: "361",
  profile: "362",
  method: "363",
  characters: "364",
  certificate: "365",
  underWay: "366",
  reason: "367",
  encoding: "368",
} as const;
