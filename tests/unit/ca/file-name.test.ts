import { expect, test } from "vitest";
import { fileNameOf } from "@/server/ca/local/views.ts";
import { subjectOf } from "@/server/enrollment/subject.ts";

test.each([["国立 花子"], ["Taro,OU=No 99"], ["Taro, OU=No 99,"], ["Taro\\"], ["Taro\\,OU=No 99"]])(
  "the .p12 of %j is named after the number of its own application",
  (commonName) => {
    const dn = subjectOf({
      kind: "client",
      commonName,
      mail: "taro@a.example.ac.jp",
      number: 3,
      dnBase: "O=Demo University A,L=Academe,C=JP",
    });
    expect(fileNameOf({ kind: "client", dn })).toBe("client-3.p12");
  },
);
