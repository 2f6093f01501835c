import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aal2Context, refedsMfaContext } from "@/server/assurance.ts";
import { signedForm, signedRedirect, writeAuthnRequest } from "@/server/federation/login/authn-request.ts";
import { sendingPage } from "@/server/federation/login/sending-page.ts";
import { type KeyPair, makeKeyPair, pemOf } from "@/server/federation/service/keys.ts";
import { attributeOf, childOf, childrenOf, ns, parseXml, textOf } from "@/server/federation/xml/tree.ts";
import { hiddenFields } from "@/tests/support/plain-browser.ts";
import { run, tool } from "@/tests/support/tools.ts";

const request = {
  id: "_0123456789abcdef",
  issueInstant: new Date("2026-04-01T03:00:00Z"),
  destination: "https://idp.example.ac.jp/idp/profile/SAML2/SSO?a=1&b=2",
  issuer: "https://portal.example.ac.jp/api/saml/metadata",
  acsUrl: "https://portal.example.ac.jp/api/saml/acs",
};
const relayState = "boxyhq_jackson_%E3%81%82 &=+'\"";

let key: KeyPair;
let other: KeyPair;
let folder: string;
beforeAll(async () => {
  [key, other] = (await Promise.all(
    ["portal", "other"].map((name) => makeKeyPair(name, request.issueInstant)),
  )) as [KeyPair, KeyPair];
  folder = mkdtempSync(join(tmpdir(), "authn-request-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

describe("an AuthnRequest", () => {
  test("asks one provider for an answer to our one address, and no more than that", () => {
    const root = parseXml(writeAuthnRequest(request));
    const said = [
      "ID",
      "Version",
      "IssueInstant",
      "Destination",
      "AssertionConsumerServiceURL",
      "ProtocolBinding",
    ];
    expect(said.map((name) => attributeOf(root, name))).toEqual([
      request.id,
      "2.0",
      "2026-04-01T03:00:00.000Z",
      request.destination,
      request.acsUrl,
      "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
    ]);
    expect(textOf(childOf(root, ns.assertion, "Issuer"))).toBe(request.issuer);
    expect(attributeOf(root, "ForceAuthn")).toBeNull();
    expect(childOf(root, ns.protocol, "RequestedAuthnContext")).toBeUndefined();
  });

  test("of a step-up asks for a new login of one of the strengths given, in their order", () => {
    const authnContexts = [aal2Context, refedsMfaContext];
    const root = parseXml(writeAuthnRequest({ ...request, forceAuthn: true, authnContexts }));
    expect(attributeOf(root, "ForceAuthn")).toBe("true");
    const [context, ...more] = childrenOf(root, ns.protocol, "RequestedAuthnContext");
    expect(more).toEqual([]);
    expect(context && attributeOf(context, "Comparison")).toBe("exact");
    const classes = context ? childrenOf(context, ns.assertion, "AuthnContextClassRef") : [];
    expect(classes.map(textOf)).toEqual(authnContexts);
  });
});

describe("by HTTP-Redirect", () => {
  test("keeps the provider's own query and carries the request, the state and the signature behind it", () => {
    const url = new URL(signedRedirect(request, relayState, key.privateKey));
    expect([...url.searchParams.keys()]).toEqual([
      "a",
      "b",
      "SAMLRequest",
      "RelayState",
      "SigAlg",
      "Signature",
    ]);
    expect(url.searchParams.get("RelayState")).toBe(relayState);
    const deflated = Buffer.from(url.searchParams.get("SAMLRequest") ?? "", "base64");
    expect(inflateRawSync(deflated).toString("utf8")).toBe(writeAuthnRequest(request));
  });

  test.skipIf(!tool("openssl"))("is signed over the query as it is sent, as openssl sees it", () => {
    const url = signedRedirect(request, relayState, key.privateKey);
    const signed = url.slice(url.indexOf("SAMLRequest="), url.indexOf("&Signature="));
    const signature = file(
      "signature",
      Buffer.from(new URL(url).searchParams.get("Signature") ?? "", "base64"),
    );
    const verifies = (text: string, { certificate }: KeyPair) => {
      const { publicKey } = new X509Certificate(Buffer.from(certificate, "base64"));
      const publicPem = file("public.pem", publicKey.export({ type: "spki", format: "pem" }));
      const args = ["dgst", "-sha256", "-verify", publicPem, "-signature", signature, file("query", text)];
      return run("openssl", args).ok;
    };
    expect(verifies(signed, key)).toBe(true);
    expect(verifies(signed.replace("RelayState=", "RelayState=x"), key)).toBe(false);
    expect(verifies(signed, other)).toBe(false);
  });
});

describe("by HTTP-POST", () => {
  const xmlOf = ({ fields }: ReturnType<typeof signedForm>) =>
    Buffer.from(fields.SAMLRequest, "base64").toString("utf8");

  test("posts the request and the state to the provider", () => {
    const form = signedForm(request, relayState, key);
    expect([form.action, form.fields.RelayState]).toEqual([request.destination, relayState]);
    const [issuer, signature] = [...parseXml(xmlOf(form)).childNodes].map(({ nodeName }) => nodeName);
    expect([issuer, signature]).toEqual(["saml:Issuer", "ds:Signature"]);
  });

  test.skipIf(!tool("xmlsec1"))("is signed within itself, as xmlsec1 sees it", () => {
    const authnContexts = [aal2Context];
    const xml = xmlOf(signedForm({ ...request, forceAuthn: true, authnContexts }, relayState, key));
    const verifies = (text: string, { certificate }: KeyPair) => {
      const pinned = file("certificate.pem", pemOf(certificate, "CERTIFICATE"));
      const keys = ["--pubkey-cert-pem", pinned, "--enabled-key-data", "rsa,x509"];
      const id = ["--id-attr:ID", `${ns.protocol}:AuthnRequest`];
      return run("xmlsec1", ["--verify", ...id, ...keys, file("request.xml", text)]).ok;
    };
    expect(verifies(xml, key)).toBe(true);
    expect(verifies(xml.replace('ForceAuthn="true"', 'ForceAuthn="false"'), key)).toBe(false);
    expect(verifies(xml, other)).toBe(false);
  });

  test("goes by a page that sends it by itself or by a button, in the reader's language", async () => {
    const form = signedForm(request, relayState, key);
    const pages = await Promise.all(
      ["ja", "en"].map(async (locale) => (await sendingPage(form, locale)).text()),
    );
    const [ja = "", en = ""] = pages;
    for (const html of pages) {
      expect(hiddenFields(html)).toEqual(form.fields);
      expect(html).toContain(
        '<form method="post" action="https://idp.example.ac.jp/idp/profile/SAML2/SSO?a=1&amp;b=2"',
      );
    }
    expect(ja).toMatch(
      /<html lang="ja">[\s\S]*所属機関のログイン画面に進みます[\s\S]*<button>続ける<\/button>/,
    );
    expect(en).toMatch(
      /<html lang="en">[\s\S]*On to your institution&#39;s login page[\s\S]*<button>Continue<\/button>/,
    );
  });

  test("and that page runs its one script, sends its one form, is kept by nobody and framed by nobody", async () => {
    const page = await sendingPage(signedForm(request, relayState, key), "ja", [
      "a=1; Path=/",
      "b=2; Path=/",
    ]);
    const html = await page.text();
    const hashOf = (element: string) => {
      const [, inline = ""] = new RegExp(`<${element}>([\\s\\S]*?)</${element}>`).exec(html) ?? [];
      return `'sha256-${createHash("sha256").update(inline).digest("base64")}'`;
    };
    expect(page.headers.get("content-security-policy")?.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${hashOf("script")}`,
      `style-src ${hashOf("style")}`,
      "form-action https: https://idp.example.ac.jp",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(page.headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2; Path=/"]);
  });

  test("a state or an address of a provider that holds markup stays text", async () => {
    const evil = `"><script>alert(1)</script>`;
    const destination = `https://idp.example.ac.jp/${evil}`;
    const html = await (await sendingPage(signedForm({ ...request, destination }, evil, key), "en")).text();
    expect(html.match(/<script>/g)).toHaveLength(1);
    expect(hiddenFields(html).RelayState).toBe(evil);
  });
});
