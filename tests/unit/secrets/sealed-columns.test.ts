/** What is sealed in the database is in the list that a change of the sealing key goes through. */
import { expect, test } from "vitest";
import { type SealedColumn, sealedColumns } from "@/server/secrets/sealed-columns.ts";
import { sourcesBelow, textOf } from "@/tests/support/sources.ts";

/** Octets that anybody may read: certificates, requests, lists, hashes, and a nonce that tells nothing without the key. */
const open = [
  "Issuer.certificate",
  "Issuer.request",
  "RevocationList.full",
  "RevocationList.delta",
  "Responder.certificate",
  "Ticket.nonce",
  "Ticket.hash",
  "ApiToken.hash",
  "AuditHead.hash",
  "AuditHead.signature",
  "AuditKey.publicKey",
  "AuditLink.digest",
  "AuditLink.hash",
  "Ticket.browser",
  "Certificate.der",
  "Certificate.keyHash",
  "Certificate.crlEntry",
];

type Column = { name: string; type: string; comment: string };

function columns(): Column[] {
  const found: Column[] = [];
  let model = "";
  let comment = "";
  for (const line of textOf("prisma/schema.prisma").split("\n")) {
    model = /^model (\w+)/.exec(line)?.[1] ?? model;
    const [, said] = /^\s*\/\/\/ (.*)/.exec(line) ?? [];
    const [, name, type] = /^ {2}(\w+) +(\w+)/.exec(line) ?? [];
    if (name && type) found.push({ name: `${model}.${name}`, type, comment });
    comment = said ? `${comment} ${said}` : "";
  }
  return found;
}

const listed = Object.values<SealedColumn>(sealedColumns).map(({ table, column }) => `${table}.${column}`);

test("every column of octets is in the list or is known to be open", () => {
  const octets = columns().filter(({ type }) => type === "Bytes");
  expect(octets.length).toBeGreaterThan(12);
  expect(octets.map(({ name }) => name).sort()).toEqual([...listed, ...open].sort());
});

test("every column whose comment says that it is sealed is in the list", () => {
  const sealed = columns().filter(({ comment }) => /\bsealed\b/.test(comment));
  expect(sealed.length).toBeGreaterThan(4);
  expect(sealed.map(({ name }) => name).filter((name) => !listed.includes(name))).toEqual([]);
});

test("what is listed has the columns that it names", () => {
  const names = columns().map(({ name }) => name);
  for (const { table, column, id, of } of Object.values<SealedColumn>(sealedColumns))
    for (const each of [column, id, of]) expect(names).toContain(`${table}.${each}`);
});

test("each is sealed for something of its own", () => {
  const contexts = Object.values<SealedColumn>(sealedColumns).map(({ context }) => context("1"));
  expect(new Set(contexts).size).toBe(contexts.length);
});

test("nobody takes the nonce out of the world and leaves what is kept in its place", () => {
  const alone = sourcesBelow("server", "bin", "inngest").filter(
    (path) => path !== "server/ca/local/ticket-secrets.ts" && /nonce: null/.test(textOf(path)),
  );
  expect(alone).toEqual([]);
});
