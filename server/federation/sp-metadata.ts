/** Our own metadata: what a federation registers (SAML 2.0 Metadata §2.4, mdui, GakuNin's rules). */
import { attributeNames } from "./attributes.ts";
import { serviceKeys } from "./service-keys.ts";
import { acsUrlOf, entityIdOf, type Federation } from "./world.ts";
import { escapeXml, ns } from "./xml.ts";

const names = { ja: "クライアント証明書発行申請システム", en: "Client Certificate Portal" };
const descriptions = {
  ja: "学認連携によるクライアント証明書の発行申請、更新申請、失効申請",
  en: "Client certificates for members of the academic federation: application, renewal, revocation",
};

const encryptionMethods = [
  "http://www.w3.org/2009/xmlenc11#aes128-gcm",
  "http://www.w3.org/2009/xmlenc11#aes192-gcm",
  "http://www.w3.org/2009/xmlenc11#aes256-gcm",
  "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
  "http://www.w3.org/2001/04/xmlenc#aes192-cbc",
  "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
  "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
];

/** `true`: the portal cannot tell people apart, or name them in a certificate, without it. */
const requested: readonly [keyof typeof attributeNames, string, boolean][] = [
  ["uniqueId", "eduPersonUniqueId", false],
  ["eppn", "eduPersonPrincipalName", true],
  ["targetedId", "eduPersonTargetedID", false],
  ["displayName", "displayName", true],
  ["jaDisplayName", "jaDisplayName", false],
  ["mail", "mail", true],
  ["personalUniqueCode", "gakuninScopedPersonalUniqueCode", false],
  ["assurance", "eduPersonAssurance", false],
];

export async function spMetadata(world: Federation): Promise<string> {
  const [signing, encryption] = await Promise.all([
    serviceKeys(world, "sp-signing"),
    serviceKeys(world, "sp-encryption"),
  ]);
  const keys = [
    ...signing.map(({ certificate }) => keyDescriptor("signing", certificate)),
    ...encryption.map(({ certificate }) => keyDescriptor("encryption", certificate)),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="${ns.metadata}" xmlns:ds="${ns.signature}" xmlns:mdui="${ns.mdui}" entityID="${escapeXml(entityIdOf(world))}">
  <md:SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="false" protocolSupportEnumeration="${ns.protocol}">
    <md:Extensions>
      <mdui:UIInfo>${both("mdui:DisplayName", names)}${both("mdui:Description", descriptions)}</mdui:UIInfo>
    </md:Extensions>
    ${keys.join("\n    ")}
    <md:AssertionConsumerService index="0" isDefault="true" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${escapeXml(acsUrlOf(world))}"/>
    <md:AttributeConsumingService index="0">
      ${both("md:ServiceName", names)}
      ${requested.map(requestedAttribute).join("\n      ")}
    </md:AttributeConsumingService>
  </md:SPSSODescriptor>
</md:EntityDescriptor>
`;
}

function keyDescriptor(use: "signing" | "encryption", certificate: string): string {
  const methods =
    use === "encryption"
      ? encryptionMethods.map((uri) => `<md:EncryptionMethod Algorithm="${uri}"/>`).join("")
      : "";
  return `<md:KeyDescriptor use="${use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>${methods}</md:KeyDescriptor>`;
}

function requestedAttribute([name, friendly, required]: (typeof requested)[number]): string {
  return `<md:RequestedAttribute Name="${attributeNames[name]}" FriendlyName="${friendly}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri" isRequired="${required}"/>`;
}

function both(element: string, texts: { ja: string; en: string }): string {
  return (["ja", "en"] as const)
    .map((language) => `<${element} xml:lang="${language}">${escapeXml(texts[language])}</${element}>`)
    .join("");
}
