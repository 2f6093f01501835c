/** The XML schemas of SAML metadata and of what may stand in them, from Debian's packages, with nothing fetched from the network. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const opensaml = "/usr/share/xml/opensaml";
const xmltooling = "/usr/share/xml/xmltooling";

/** namespace → its schema. */
const schemas = {
  "urn:oasis:names:tc:SAML:2.0:metadata": `${opensaml}/saml-schema-metadata-2.0.xsd`,
  "urn:oasis:names:tc:SAML:metadata:ui": `${opensaml}/sstc-saml-metadata-ui-v1.0.xsd`,
  "urn:oasis:names:tc:SAML:metadata:attribute": `${opensaml}/sstc-metadata-attr.xsd`,
  "urn:oasis:names:tc:SAML:metadata:algsupport": `${opensaml}/sstc-saml-metadata-algsupport-v1.0.xsd`,
  "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol": `${opensaml}/sstc-saml-idp-discovery.xsd`,
  "http://www.w3.org/2009/xmlenc11#": `${xmltooling}/xenc11-schema.xsd`,
};

/** What the schemas would fetch from each other's homes. */
const homes = {
  "http://www.w3.org/2001/xml.xsd": `${xmltooling}/xml.xsd`,
  "http://www.w3.org/TR/2002/REC-xmldsig-core-20020212/xmldsig-core-schema.xsd": `${xmltooling}/xmldsig-core-schema.xsd`,
  "http://www.w3.org/TR/2002/REC-xmlenc-core-20021210/xenc-schema.xsd": `${xmltooling}/xenc-schema.xsd`,
};

export function openSchemas() {
  const folder = mkdtempSync(join(tmpdir(), "saml-schemas-"));
  const imports = Object.entries(schemas).map(
    ([namespace, path]) => `<xs:import namespace="${namespace}" schemaLocation="${path}"/>`,
  );
  const driver = join(folder, "all.xsd");
  writeFileSync(
    driver,
    `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${imports.join("")}</xs:schema>`,
  );
  const systems = Object.entries(homes).map(
    ([uri, path]) => `<system systemId="${uri}" uri="file://${path}"/>`,
  );
  const catalog = join(folder, "catalog.xml");
  writeFileSync(
    catalog,
    `<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">${systems.join("")}</catalog>`,
  );
  return {
    /** What xmllint says of the document: `valid`, or its complaints. */
    complaintsAbout(xml: string): string {
      const args = ["--nonet", "--noout", "--schema", driver, "-"];
      const env = { ...process.env, XML_CATALOG_FILES: catalog, LC_ALL: "C.UTF-8" };
      const { status, stderr } = spawnSync("xmllint", args, { input: xml, encoding: "utf8", env });
      return status === 0 ? "valid" : stderr;
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
