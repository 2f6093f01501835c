/** Mail between two members, whose programs are not of one make: signed, encrypted, opened and verified crosswise. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Held, Holder } from "@/tests/support/holder.ts";
import { type Mailer, nssMailer, opensslMailer } from "@/tests/support/mailbox.ts";
import { fetchAuthorities } from "@/tests/support/openssl.ts";
import { tool } from "@/tests/support/tools.ts";
import { dataFolder, expect, test } from "./portal.ts";

const letter = "花子さん\r\n明日の会議は三時からです。\r\n太郎\r\n";

test("signed and encrypted mail between two members is read and verified, by OpenSSL and by NSS", async ({
  folder,
  baseURL,
}) => {
  test.slow();
  const portal = baseURL ?? "";
  const missing = (["openssl", "certutil", "pk12util", "cmsutil"] as const).filter((name) => !tool(name));
  test.skip(missing.length > 0, `${missing.join(", ")} is not here`);
  const { root } = await fetchAuthorities(folder, portal, "smime");
  const member = async (user: string, make: typeof nssMailer): Promise<Held & { mailer: Mailer }> => {
    const own = join(folder, user);
    mkdirSync(own);
    const held = await (await Holder.logIn(portal, dataFolder(), user)).obtain("smime", own);
    return { ...held, mailer: make(own, held, root) };
  };
  const tanaka = await member("tanaka", opensslMailer);
  const taro = await member("taro", nssMailer);
  const text = join(folder, "letter.txt");
  writeFileSync(text, letter);

  for (const [from, to] of [
    [tanaka, taro],
    [taro, tanaka],
  ] as const) {
    const file = (name: string) => join(folder, `${from.number}-${from.mail}-${name}`);
    const recipient = { mail: to.mail, certificate: to.mailer.certificate };
    from.mailer.meet(recipient);
    from.mailer.sign(text, file("signed"));
    from.mailer.encrypt(file("signed"), recipient, file("encrypted"));
    expect(readFileSync(file("encrypted")).includes("会議")).toBe(false);

    to.mailer.decrypt(file("encrypted"), file("opened"));
    to.mailer.verify(file("opened"), file("text"));
    expect(readFileSync(file("text"), "utf8")).toBe(letter);

    // One character of it changed on the way is noticed.
    const spoilt = readFileSync(file("signed"));
    spoilt.set(Buffer.from("朝"), spoilt.indexOf("明"));
    writeFileSync(file("spoilt"), spoilt);
    expect(() => to.mailer.verify(file("spoilt"), file("never"))).toThrow();
  }
});
