/** The main job with the portal's own CA, in both languages. */
import { fetchAuthorities, fetchCrl, openssl } from "@/tests/support/openssl.ts";
import { logInByTls } from "@/tests/support/tls-service.ts";
import { words } from "@/tests/support/words.ts";
import { collect, collectUrlIn, expect, expectAccessible, isAbout, mailsTo, mailTo, test } from "./portal.ts";
import { type Story, tellStory } from "./story.ts";

/** `by`: who makes the key, for both ways go all the way. */
const stories: (Story & { by: "browser" | "server" })[] = [
  {
    locale: "ja",
    user: "hanako",
    address: "hanako@a.example.ac.jp",
    commonName: "Hanako Kokuritsu",
    by: "browser",
  },
  { locale: "en", user: "taro", address: "taro@a.example.ac.jp", commonName: "学認 太郎", by: "server" },
];

for (const { by, ...story } of stories) {
  const { locale, address, commonName } = story;
  test(`a member gets, uses, renews and revokes a certificate (${locale})`, async ({
    page,
    folder,
    baseURL,
  }) => {
    test.slow();
    const portal = baseURL ?? "";
    const subject = words(locale)("Mail.subject.acceptance");
    let chain: string[] = [];
    await tellStory(page, folder, story, {
      acceptance: (number, before) =>
        mailTo(
          address,
          subject,
          (mail) => isAbout(number)(mail) && (!before || collectUrlIn(mail) !== collectUrlIn(before)),
        ),
      urlIn: collectUrlIn,
      async collect(url, pin) {
        const p12 = await collect(page, locale, url, pin, folder, by);
        await expectAccessible(page);
        return p12;
      },
      async use({ p12, pin, opened }) {
        const authorities = await fetchAuthorities(folder, portal, "client");
        const { root, issuer } = authorities;
        chain = ["-x509_strict", "-purpose", "sslclient", "-CAfile", root, "-untrusted", issuer];
        expect(await openssl(["verify", ...chain, opened.certificate])).toContain("OK");
        expect(await logInByTls(folder, authorities, { p12, pin })).toBe(commonName);
      },
      async revoked(certificates) {
        const crl = await fetchCrl(folder, portal, "client");
        const listed = (await openssl(["crl", "-in", crl, "-noout", "-text"])).toLowerCase();
        for (const { serial } of certificates) expect(listed).toContain(serial);
        expect(listed).toContain("key compromise");
        const last = certificates.at(-1)?.certificate ?? "";
        await expect(openssl(["verify", ...chain, "-crl_check", "-CRLfile", crl, last])).rejects.toThrow(
          /revoked/,
        );
        const number = Number(/OU=No (\d+)/.exec(certificates[0]?.subject ?? "")?.[1]);
        const letters = (await mailsTo(address)).filter(isAbout(number));
        expect(letters.filter((mail) => collectUrlIn(mail) !== "")).toHaveLength(2);
        expect(letters).toHaveLength(5);
      },
    });
  });
}
