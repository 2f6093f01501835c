import { beforeAll, expect, test } from "vitest";
import { acceptedCiphers, acceptedTransports } from "@/server/federation/service/encryption.ts";
import { validateResponse } from "@/server/federation/validation/validate.ts";
import { build, expectation, form, type Keys, makeKeys } from "@/tests/support/saml.ts";
import { ciphers, type Encryption } from "@/tests/support/saml-encryption.ts";

let keys: Keys;
beforeAll(async () => {
  keys = await makeKeys();
});

type Hash = NonNullable<NonNullable<Encryption["oaep"]>["hash"]>;
const hashIn = (uri: string | undefined) => /sha\d+$/.exec(uri ?? "")?.[0] as Hash | undefined;

const advertised = acceptedCiphers.flatMap((cipher) =>
  acceptedTransports.map((transport) => ({ cipher, transport })),
);

test.each(advertised)(
  "what our metadata offer, an institution may use: $cipher.uri, $transport.uri, $transport.digest",
  ({ cipher, transport }) => {
    const names = Object.keys(ciphers) as (keyof typeof ciphers)[];
    const hash = hashIn(transport.digest);
    const mask = "mask" in transport ? hashIn(transport.mask) : undefined;
    const xml = build(keys, {
      encrypt: {
        certificate: keys.sp.certificate,
        cipher: names.find((name) => ciphers[name] === cipher.uri) ?? "des-ede3-cbc",
        oaep: { ...(hash && { hash }), ...(mask && { mask }) },
      },
    });
    const said = [
      cipher.uri,
      transport.uri,
      transport.digest,
      "mask" in transport ? transport.mask : transport.uri,
    ];
    for (const uri of said) expect(xml).toContain(`Algorithm="${uri}"`);
    expect(validateResponse(form(xml), expectation(keys)).attributes.size).toBeGreaterThan(0);
  },
);
