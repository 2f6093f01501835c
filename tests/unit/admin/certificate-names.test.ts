import { expect, test } from "vitest";
import { faultOfBase } from "@/server/admin/certificate-names.ts";
import { faultsOfName } from "@/server/ca/upki/name-rules.ts";

const long = "a".repeat(65);

test.each([
  ["O=Demo University A,L=Academe,C=JP"],
  ["OU=Center,OU=Systems,O=Demo University A,L=Academe,ST=Tokyo,C=JP"],
  ["O=Demo University A,C=JP"],
])("%s is a base that both issuers take", (base) => {
  expect(faultOfBase(base, null)).toBeNull();
  expect(faultOfBase(base, faultsOfName)).toBeNull();
});

test.each([
  ["", { rule: "not_a_name", value: "" }],
  ["Demo University A", { rule: "not_a_name", value: "Demo University A" }],
  ["O=a,E=x@example.ac.jp", { rule: "not_a_name" }],
  ["CN=x,O=a,C=JP", { rule: "common_name", value: "CN=x" }],
  ["O=a,CN=Hanako,C=JP", { rule: "common_name", value: "CN=Hanako" }],
  ["O=,C=JP", { rule: "missing", field: "O" }],
  [`O=${long},C=JP`, { rule: "too_long", field: "O", value: long }],
  ["O=a,C=Japan", { field: "C", value: "Japan" }],
])("%j is none for any issuer", (base, fault) => {
  expect(faultOfBase(base, null)).toMatchObject(fault);
  expect(faultOfBase(base, faultsOfName)).toMatchObject(fault);
});

test.each([
  ["O=デモ大学A,C=JP", { rule: "characters", field: "O", value: "デモ大学A", characters: "デモ大学" }],
  ["O=Demo@A,C=JP", { rule: "characters", field: "O", value: "Demo@A", characters: "@" }],
  ["O=Demo University A", { rule: "missing", field: "C" }],
  ["L=Academe,C=JP", { rule: "missing", field: "O" }],
  ["O=Demo University A,C=US", { rule: "malformed", field: "C", value: "US" }],
  ["O=Demo,OU=Center,C=JP", { rule: "order", value: "O=Demo,OU=Center,C=JP" }],
  ["O=Demo,ST=Tokyo,L=Academe,C=JP", { rule: "order", value: "O=Demo,ST=Tokyo,L=Academe,C=JP" }],
])("%j is none for NII's service only", (base, fault) => {
  expect(faultOfBase(base, faultsOfName)).toMatchObject(fault);
  expect(faultOfBase(base, null)).toBeNull();
});
