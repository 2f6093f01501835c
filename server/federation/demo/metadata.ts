/** The demo federation's aggregate, as a federation publishes one: names, keywords, scopes, keys, signed and with an end. */
import { serviceKey, serviceKeys } from "../service/keys-in-force.ts";
import type { Federation } from "../world.ts";
import { signXml } from "../xml/signature.ts";
import { escapeXml, ns } from "../xml/tree.ts";
import { type DemoInstitution, demoInstitutions } from "./institutions.ts";

const week = 7 * 24 * 60 * 60 * 1000;
const id = "_demo-federation";
const bindings = { redirect: "HTTP-Redirect", post: "HTTP-POST" } as const;

export function demoSsoUrl(
  { baseUrl }: Pick<Federation, "baseUrl">,
  { id }: Pick<DemoInstitution, "id">,
): string {
  return `${baseUrl}/demo-idp/${id}/sso`;
}

export async function demoAggregate(world: Federation): Promise<string> {
  const entities = await Promise.all(
    Object.values(demoInstitutions).map(async (institution) => {
      const keys = await serviceKeys(world, `demo-${institution.id}`);
      return entity(
        world,
        institution,
        keys.map(({ certificate }) => certificate),
      );
    }),
  );
  const validUntil = new Date(world.now().getTime() + week).toISOString();
  const xml = `<md:EntitiesDescriptor xmlns:md="${ns.metadata}" xmlns:mdui="${ns.mdui}" xmlns:mdrpi="${ns.mdrpi}" xmlns:shibmd="${ns.shibmd}" xmlns:ds="${ns.signature}" ID="${id}" Name="demo" validUntil="${validUntil}">${entities.join("")}</md:EntitiesDescriptor>`;
  return signXml(xml, id, await serviceKey(world, "demo-federation"), { first: true });
}

function entity(world: Federation, institution: DemoInstitution, certificates: readonly string[]): string {
  const { entityId, nameJa, nameEn, keywordsJa, keywordsEn, scope } = institution;
  const keys = certificates.map(
    (certificate) =>
      `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
  );
  return [
    `<md:EntityDescriptor entityID="${escapeXml(entityId)}">`,
    `<md:Extensions><mdrpi:RegistrationInfo registrationAuthority="https://federation.example.ac.jp"/></md:Extensions>`,
    `<md:IDPSSODescriptor protocolSupportEnumeration="${ns.protocol}" WantAuthnRequestsSigned="true"><md:Extensions>`,
    `<shibmd:Scope regexp="false">${scope}</shibmd:Scope>`,
    `<mdui:UIInfo>${inBoth("mdui:DisplayName", nameJa, nameEn)}${inBoth("mdui:Keywords", keywordsJa, keywordsEn)}`,
    `<mdui:Logo width="64" height="64">${logoOf(institution)}</mdui:Logo></mdui:UIInfo>`,
    `<mdui:DiscoHints><mdui:DomainHint>${scope}</mdui:DomainHint></mdui:DiscoHints></md:Extensions>`,
    ...keys,
    `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${bindings[institution.binding]}" Location="${escapeXml(demoSsoUrl(world, institution))}"/>`,
    "</md:IDPSSODescriptor>",
    `<md:Organization>${inBoth("md:OrganizationName", nameJa, nameEn)}${inBoth("md:OrganizationDisplayName", nameJa, nameEn)}`,
    `${inBoth("md:OrganizationURL", `https://www.${scope}/`, `https://www.${scope}/en/`)}</md:Organization>`,
    `<md:ContactPerson contactType="technical"><md:EmailAddress>mailto:gakunin@${scope}</md:EmailAddress></md:ContactPerson>`,
    "</md:EntityDescriptor>",
  ].join("");
}

/** A drawing within the metadata: the letter of the institution on its colour. */
function logoOf({ id: letter, color }: DemoInstitution): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="${color}"/><text x="32" y="45" font-family="sans-serif" font-size="38" font-weight="700" fill="#fff" text-anchor="middle">${letter.toUpperCase()}</text></svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg, "utf8").toString("base64")}`;
}

function inBoth(element: string, ja: string, en: string): string {
  return `<${element} xml:lang="ja">${escapeXml(ja)}</${element}><${element} xml:lang="en">${escapeXml(en)}</${element}>`;
}
