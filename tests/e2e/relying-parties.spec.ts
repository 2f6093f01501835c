/** What others do with the portal's certificates: web servers, networks and mail, set up by the guide's own texts. */
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  fetchAuthorities,
  show,
  takeOut,
  verifyByList,
  verifyByOcsp,
  verifyChain,
} from "@/components/guide/verify/commands.ts";
import type { Published } from "@/components/guide/verify/published.ts";
import {
  folder as etcFolder,
  freeradiusByList,
  freeradiusByOcsp,
  nginxByList,
  nginxByOcsp,
  prepare,
  update,
} from "@/components/guide/verify/servers.ts";
import { Holder } from "@/tests/support/holder.ts";
import {
  carryOut,
  certifyService,
  inPlace,
  joinNetwork,
  type Running,
  startFreeradius,
  startNginx,
  visit,
} from "@/tests/support/relying-party.ts";
import { type Tool, tool } from "@/tests/support/tools.ts";
import { words } from "@/tests/support/words.ts";
import { test as base, dataFolder, expect, expectAccessible } from "./portal.ts";

const test = base.extend<{ portal: string; published: Published; running: Running[] }>({
  portal: async ({ baseURL }, use) => use(baseURL ?? ""),
  published: async ({ portal }, use) => {
    const issuers = { roots: ["root"], client: ["client"], smime: ["smime"] };
    await use({ repository: `${portal}/pki`, ocsp: `${portal}/ocsp`, ...issuers });
  },
  /** Whatever becomes of the test, nothing runs on behind it. */
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to know what is asked for
  running: async ({}, use) => {
    const running: Running[] = [];
    await use(running);
    await Promise.all(running.map((service) => service.stop()));
  },
});

/** Whether all of them are there: the first time that takes a moment, for they may have to be installed. */
function needs(...tools: readonly Tool[]): void {
  test.setTimeout(240_000);
  const missing = tools.filter((name) => !tool(name));
  test.skip(missing.length > 0, `${missing.join(", ")} is not here`);
}

/** What the guide says, in the test's own folder. */
const own = (folder: string, text: string) => inPlace(text, { [etcFolder]: join(folder, "client-ca") });

/** Folder, CAs and lists as the guide has them, and a certificate for the service. */
function prepared(folder: string, published: Published): void {
  carryOut(folder, own(folder, prepare(published)));
  carryOut(folder, own(folder, update(published)));
  certifyService(folder);
}

test("nginx lets a member in, and after the revocation neither by list nor by OCSP", async ({
  folder,
  published,
  running,
  portal,
}) => {
  needs("openssl", "curl", "nginx");
  const holder = await Holder.logIn(portal, dataFolder(), "tanaka");
  const held = await holder.obtain("client", folder);
  prepared(folder, published);
  const start = async (text: string) => {
    const nginx = await startNginx(folder, text);
    running.push(nginx);
    return nginx;
  };
  const byList = await start(nginxByList());
  const byOcsp = await start(nginxByOcsp(published));
  expect(await visit(folder, byList, held)).toBe("204");
  expect(await visit(folder, byOcsp, held)).toBe("204");

  await holder.revoke(held);
  expect(await visit(folder, byOcsp, held)).toBe("400");
  // The service that goes by lists learns of it with the next list, and not before.
  expect(await visit(folder, byList, held)).toBe("204");
  carryOut(folder, own(folder, update(published)));
  expect(await visit(folder, await start(nginxByList()), held)).toBe("400");
  expect(await visit(folder, await start(nginxByList()), await holder.obtain("client", folder))).toBe("204");

  // A list that no CA of the folder signed replaces none.
  const [authorities, lists] = ["ca.pem", "crl.pem"].map((name) => join(folder, "client-ca", name)) as [
    string,
    string,
  ];
  const before = readFileSync(lists);
  copyFileSync(join(folder, "service.pem"), authorities);
  expect(() => carryOut(folder, own(folder, update(published)))).toThrow();
  expect(readFileSync(lists)).toEqual(before);
});

test("FreeRADIUS lets a member into the network, and after the revocation neither by list nor by OCSP", async ({
  folder,
  published,
  running,
  portal,
}) => {
  needs("openssl", "curl", "freeradius", "eapol_test");
  const holder = await Holder.logIn(portal, dataFolder(), "tanaka");
  const held = await holder.obtain("client", folder);
  prepared(folder, published);
  const start = async (text: string) => {
    const radius = await startFreeradius(folder, text);
    running.push(radius);
    return radius;
  };
  const byList = await start(freeradiusByList());
  const byOcsp = await start(freeradiusByOcsp(published));
  expect(await joinNetwork(folder, byList, held)).toMatchObject({ ok: true });
  expect(await joinNetwork(folder, byOcsp, held)).toMatchObject({ ok: true });

  await holder.revoke(held);
  carryOut(folder, own(folder, update(published)));
  expect((await joinNetwork(folder, byOcsp, held)).ok).toBe(false);
  expect(byOcsp.said).toContain("revoked");
  const renewed = await start(freeradiusByList());
  expect((await joinNetwork(folder, renewed, held)).ok).toBe(false);
  expect(renewed.said).toContain("certificate revoked");
});

test("the guide's commands say of a certificate what is so, before and after its revocation", async ({
  folder,
  published,
  portal,
}) => {
  needs("openssl", "curl");
  const holder = await Holder.logIn(portal, dataFolder(), "tanaka");
  const held = await holder.obtain("client", folder);
  const place = join(folder, "by-hand");
  mkdirSync(place);
  const said = carryOut(place, fetchAuthorities(published));
  expect(said.match(/sha256 Fingerprint=([0-9A-F]{2}:){31}[0-9A-F]{2}/gi)).toHaveLength(3);
  const open = inPlace(takeOut(), { "certificate.p12": `${held.p12} -passin pass:${held.pin}` });
  carryOut(place, open);
  const contents = carryOut(place, show());
  expect(contents).toMatch(/Extended Key Usage:\s+TLS Web Client Authentication\n/);
  expect(contents).toContain(`OCSP - URI:${published.ocsp}`);
  expect(carryOut(place, verifyChain("sslclient"))).toContain("certificate.pem: OK");
  expect(carryOut(place, verifyChain("smimesign"), "whatever")).toMatch(
    /un(supported|suitable) certificate purpose/,
  );
  const ask = () => ({
    list: carryOut(place, verifyByList(published), "whatever"),
    ocsp: carryOut(place, verifyByOcsp(published, "client"), "whatever"),
  });
  const before = ask();
  expect(before.list).toContain("certificate.pem: OK");
  expect(before.ocsp).toContain("Response verify OK");
  expect(before.ocsp).toContain("certificate.pem: good");
  await holder.revoke(held);
  const after = ask();
  expect(after.list).toContain("certificate revoked");
  expect(after.ocsp).toContain("Response verify OK");
  expect(after.ocsp).toContain("certificate.pem: revoked");
  expect(after.ocsp).toContain("Reason: superseded");
});

for (const locale of ["ja", "en"] as const) {
  test(`the guide shows this portal's commands, and nothing hides at a phone's edge (${locale})`, async ({
    page,
    published,
  }) => {
    const t = words(locale);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`/${locale}/guide`);
    await page
      .getByRole("main")
      .getByRole("link", { name: t("Verify.link") })
      .click();
    await expect(page.getByRole("heading", { level: 1, name: t("Verify.title") })).toBeVisible();
    await expectAccessible(page);
    const shown = await page.locator("pre").allInnerTexts();
    const texts = [
      fetchAuthorities(published),
      takeOut(),
      verifyChain("sslclient"),
      verifyByList(published),
      verifyByOcsp(published, "client"),
      prepare(published),
      update(published),
      nginxByList(),
      nginxByOcsp(published),
      freeradiusByList(),
      freeradiusByOcsp(published),
    ];
    for (const text of texts) expect(shown).toContain(text);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
}
