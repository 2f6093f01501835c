/**
 * Everything in the database that is sealed: where it lies, and for what it is sealed, so that it opens as nothing else. A change of the
 * sealing key goes through this list; a test compares it with the schema.
 */

/** `id` is the row's primary key, `of` the column that the context names. */
export type SealedColumn = {
  table: string;
  column: string;
  id: string;
  of: string;
  context: (of: string) => string;
};

export const sealedColumns = {
  issuerKey: {
    table: "Issuer",
    column: "sealedKey",
    id: "id",
    of: "id",
    context: (id) => `issuer-key/${id}`,
  },
  responderKey: {
    table: "Responder",
    column: "sealedKey",
    id: "id",
    of: "issuerId",
    context: (issuerId) => `responder-key/${issuerId}`,
  },
  serviceKey: {
    table: "ServiceKey",
    column: "sealedKey",
    id: "id",
    of: "purpose",
    context: (purpose) => `service-key:${purpose}`,
  },
  package: {
    table: "Ticket",
    column: "sealedPackage",
    id: "orderId",
    of: "orderId",
    context: (orderId) => `package/${orderId}`,
  },
  ticketSecrets: {
    table: "Ticket",
    column: "kept",
    id: "orderId",
    of: "orderId",
    context: (orderId) => `ticket/${orderId}`,
  },
  upkiPin: {
    table: "UpkiRequest",
    column: "sealedPin",
    id: "id",
    of: "id",
    context: (id) => `upki-pin/${id}`,
  },
  upkiMail: { table: "UpkiMail", column: "sealed", id: "id", of: "id", context: (id) => `upki-mail/${id}` },
  upkiPinUrl: {
    table: "UpkiPinPage",
    column: "sealedUrl",
    id: "id",
    of: "id",
    context: (id) => `upki-pin-url/${id}`,
  },
  upkiPinFile: {
    table: "UpkiPinPage",
    column: "sealedFile",
    id: "id",
    of: "id",
    context: (id) => `upki-pin-file/${id}`,
  },
  webhookSecret: {
    table: "Webhook",
    column: "sealedSecret",
    id: "id",
    of: "id",
    context: (id) => `webhook/${id}`,
  },
  auditKey: {
    table: "AuditKey",
    column: "sealedKey",
    id: "id",
    of: "id",
    context: (id) => `audit-key/${id}`,
  },
  release: { table: "Release", column: "sealed", id: "id", of: "id", context: (id) => `release:${id}` },
} as const satisfies Record<string, SealedColumn>;
