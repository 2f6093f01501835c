/** Metadata of a federation as large as wanted, in a file, signed. Invented institutions, each with all that a real one states. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { signatureOver } from "../support/sign-metadata.ts";

type Signer = { privateKey: string; certificate: string };

const namespaces = [
  'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"',
  'xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui"',
  'xmlns:mdrpi="urn:oasis:names:tc:SAML:metadata:rpi"',
  'xmlns:mdattr="urn:oasis:names:tc:SAML:metadata:attribute"',
  'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"',
  'xmlns:shibmd="urn:mace:shibboleth:metadata:1.0"',
  'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"',
].join(" ");

type Wanted = { path: string; count: number; signer: Signer; validUntil: string };

/** In a process of its own, so that what it takes is in nobody's figures. Gives its length in octets. */
export function makeFederation(wanted: Wanted): number {
  const options = { input: JSON.stringify(wanted), encoding: "utf8" } as const;
  const flags = ["--disable-warning=ExperimentalWarning"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, import.meta.filename], options);
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

/** Writes it entity by entity: nothing of its size is ever in memory. Gives its length in octets. */
function writeFederation({ path, count, signer, validUntil }: Wanted): number {
  const head = `<md:EntitiesDescriptor ${namespaces} ID="_all" Name="https://federation.example.ac.jp" validUntil="${validUntil}">`;
  const draft = `${path}.draft`;
  write(draft, [head, ...entities(count, signer.certificate), "\n</md:EntitiesDescriptor>\n"]);
  const signature = signatureOver(piecesOf(draft), "_all", signer.privateKey);
  return write(path, [
    head,
    signature,
    ...entities(count, signer.certificate),
    "\n</md:EntitiesDescriptor>\n",
  ]);
}

function write(path: string, parts: Iterable<string>): number {
  const file = openSync(path, "w");
  let length = 0;
  for (const part of parts) length += writeSync(file, part);
  closeSync(file);
  return length;
}

function* piecesOf(path: string): Generator<Uint8Array> {
  const file = openSync(path, "r");
  const piece = Buffer.alloc(65_536);
  for (let read = readSync(file, piece); read > 0; read = readSync(file, piece))
    yield piece.subarray(0, read);
  closeSync(file);
}

function* entities(count: number, certificate: string): Generator<string> {
  for (let n = 1; n <= count; n++) yield entity(n, certificate);
}

const names = [
  "北海",
  "東北",
  "関東",
  "中央",
  "東都",
  "西都",
  "南海",
  "湘南",
  "近畿",
  "山陽",
  "四国",
  "筑紫",
];
const inLatin = [
  "Hokkai",
  "Tohoku",
  "Kanto",
  "Chuo",
  "Toto",
  "Saito",
  "Nankai",
  "Shonan",
  "Kinki",
  "Sanyo",
  "Shikoku",
  "Chikushi",
];

function entity(n: number, certificate: string): string {
  const [ja, en] = [
    `${names[n % names.length]}第${n}大学`,
    `${inLatin[n % names.length]} University No. ${n}`,
  ];
  const scope = `u${n}.example.ac.jp`;
  const lines = certificate.match(/.{1,64}/g)?.join("\n");
  const key = (use: string) => `
    <md:KeyDescriptor use="${use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>
${lines}
    </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
  const both = (element: string, inJa: string, inEn: string) =>
    `<${element} xml:lang="ja">${inJa}</${element}><${element} xml:lang="en">${inEn}</${element}>`;
  const logo = createHash("sha512").update(scope).digest("base64").repeat(8);
  return `
<!-- ${n} -->
<md:EntityDescriptor entityID="https://idp.${scope}/idp/shibboleth">
  <md:Extensions>
    <mdrpi:RegistrationInfo registrationAuthority="https://federation.example.ac.jp"/>
    <mdattr:EntityAttributes><saml:Attribute Name="http://macedir.org/entity-category-support" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"><saml:AttributeValue>http://refeds.org/category/research-and-scholarship</saml:AttributeValue></saml:Attribute></mdattr:EntityAttributes>
  </md:Extensions>
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" errorURL="https://idp.${scope}/error?code=ERRORURL_CODE&amp;at=ERRORURL_TS">
    <md:Extensions>
      <shibmd:Scope regexp="false">${scope}</shibmd:Scope>
      <mdui:UIInfo>${both("mdui:DisplayName", ja, en)}${both("mdui:Keywords", `だいがく ダイガク ${ja}`, `university+${n} campus`)}
        <mdui:Logo width="80" height="60" xml:lang="ja">https://www.${scope}/logo-ja.png</mdui:Logo>
        <mdui:Logo width="16" height="16">data:image/png;base64,${logo}</mdui:Logo></mdui:UIInfo>
      <mdui:DiscoHints><mdui:DomainHint>${scope}</mdui:DomainHint></mdui:DiscoHints>
    </md:Extensions>${key("signing")}${key("encryption")}
    <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.${scope}/idp/profile/SAML2/Redirect/SLO"/>
    <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient</md:NameIDFormat>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.${scope}/idp/profile/SAML2/POST/SSO"/>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.${scope}/idp/profile/SAML2/Redirect/SSO"/>
  </md:IDPSSODescriptor>
  <md:Organization>${both("md:OrganizationName", ja, en)}${both("md:OrganizationDisplayName", ja, en)}${both("md:OrganizationURL", `https://www.${scope}/`, `https://www.${scope}/en/`)}</md:Organization>
  <md:ContactPerson contactType="technical"><md:GivenName>情報基盤センター</md:GivenName><md:EmailAddress>mailto:gakunin@${scope}</md:EmailAddress></md:ContactPerson>
</md:EntityDescriptor>`;
}

if (process.argv[1] === import.meta.filename)
  process.stdout.write(String(writeFederation(JSON.parse(readFileSync(0, "utf8")))));
