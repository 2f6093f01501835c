import { expect, test } from "vitest";
import { writtenName, writtenSerial } from "@/server/enrollment/written.ts";

test.each([
  ["0a1b", "0a:1b", "2587"],
  ["a1b", "0a:1b", "2587"],
  [
    "7cbfba3ad1c78887967c9562b4b7770a",
    "7c:bf:ba:3a:d1:c7:88:87:96:7c:95:62:b4:b7:77:0a",
    "165819777365653013388912091933688952586",
  ],
])("the serial %s is shown as %s and as %s", (hex, colons, decimal) => {
  expect(writtenSerial(hex)).toEqual({ hex: colons, decimal });
});

test.each([
  ["CN=Hanako Kokuritsu,OU=No 11,C=JP", ["CN=Hanako Kokuritsu", "OU=No 11", "C=JP"]],
  ["CN=Gakunin\\, Taro,OU=No 2", ["CN=Gakunin, Taro", "OU=No 2"]],
  ["CN=国立 花子,OU=No 1", ["CN=国立 花子", "OU=No 1"]],
])("the name %s is shown part by part", (dn, parts) => {
  expect(writtenName(dn)).toEqual(parts);
});
