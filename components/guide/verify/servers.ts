/** Configurations of servers that take client certificates. What stands here is what the guide shows and what the tests start servers with. */
import { files, listed, type Published } from "./published.ts";

/** Where a server keeps the CAs and their lists, and what renews the lists. */
export const folder = "/etc/ssl/client-ca";
export const script = "/usr/local/sbin/update-client-ca";

/** Once, and again when a CA is added: the CAs that client certificates come from. */
export function prepare({ repository, roots, client }: Published): string {
  const inFolder = (ids: readonly string[]) =>
    files(
      ids.map((id) => `hashed/${id}`),
      ".pem",
    );
  return `mkdir -p ${folder}/hashed
cd ${folder}
for name in ${listed(roots, client)}; do
  curl -fsS ${repository}/$name.cer |
    openssl x509 -inform DER -out hashed/$name.pem
  openssl x509 -in hashed/$name.pem -noout -subject -fingerprint -sha256
done
cat ${inFolder(client)} > issuers.pem
cat ${inFolder([...client, ...roots])} > ca.pem
openssl rehash hashed`;
}

/** The script that renews the lists: a list that is not signed by its CA replaces nothing. */
export function update({ repository, roots, client }: Published): string {
  return `#!/bin/sh
set -eu
cd ${folder}
for name in ${listed(roots, client)}; do
  curl -fsS --retry 3 -o $name.crl.new ${repository}/$name.crl
  openssl crl -inform DER -in $name.crl.new -CAfile ca.pem \\
    -out $name.pem.new 2>&1 | grep -q 'verify OK'
done
for name in ${listed(roots, client)}; do
  mv $name.pem.new hashed/$name.crl.pem
  rm $name.crl.new
done
openssl rehash hashed
cat hashed/*.crl.pem > crl.pem.new
mv crl.pem.new crl.pem`;
}

/** A line of /etc/cron.d. `reload`: how the server learns of new lists. */
export function cron(reload: string): string {
  return `17 * * * * root ${script} && ${reload}`;
}

export const reloads = {
  nginx: "systemctl reload nginx",
  apache: "systemctl reload apache2",
  freeradius: "systemctl restart freeradius",
};

const nginxServer = `    listen 443 ssl;
    server_name service.example.ac.jp;
    ssl_certificate     /etc/ssl/service.pem;
    ssl_certificate_key /etc/ssl/service.key;

    ssl_verify_client       on;
    ssl_verify_depth        2;
    ssl_client_certificate  ${folder}/issuers.pem;
    ssl_trusted_certificate ${folder}/ca.pem;`;

const nginxLocation = `    location / {
        add_header X-Subject $ssl_client_s_dn;
        return 204;
    }`;

/** By the lists that `update` keeps. */
export function nginxByList(): string {
  return `server {
${nginxServer}
    ssl_crl                 ${folder}/crl.pem;

${nginxLocation}
}`;
}

/** By asking; the issuing CA itself has no OCSP and is looked up in the list of its root. */
export function nginxByOcsp({ ocsp }: Published): string {
  return `server {
${nginxServer}
    ssl_ocsp                leaf;
    ssl_ocsp_responder      ${ocsp};

${nginxLocation}
}`;
}

const apacheHost = `    SSLEngine on
    SSLCertificateFile    /etc/ssl/service.pem
    SSLCertificateKeyFile /etc/ssl/service.key

    SSLVerifyClient require
    SSLVerifyDepth  2
    SSLCADNRequestFile    ${folder}/issuers.pem
    SSLCACertificateFile  ${folder}/ca.pem`;

export function apacheByList(): string {
  return `<VirtualHost *:443>
    ServerName service.example.ac.jp
${apacheHost}
    SSLCARevocationFile   ${folder}/crl.pem
    SSLCARevocationCheck  chain
</VirtualHost>`;
}

export function apacheByOcsp({ ocsp }: Published): string {
  return `<VirtualHost *:443>
    ServerName service.example.ac.jp
${apacheHost}
    SSLOCSPEnable            leaf
    SSLOCSPDefaultResponder  ${ocsp}
    SSLOCSPOverrideResponder on
</VirtualHost>`;
}

function freeradius(revocation: string): string {
  return `eap {
    default_eap_type = tls
    tls-config tls-common {
        private_key_file = /etc/freeradius/3.0/certs/server.key
        certificate_file = /etc/freeradius/3.0/certs/server.pem
        ca_path = ${folder}/hashed
        tls_min_version = "1.2"
        tls_max_version = "1.2"
${revocation}
    }
    tls {
        tls = tls-common
    }
}`;
}

/** mods-enabled/eap, by the lists that `update` keeps. */
export function freeradiusByList(): string {
  return freeradius(`        check_crl = yes
        ca_path_reload_interval = 3600`);
}

/** The same by asking. */
export function freeradiusByOcsp({ ocsp }: Published): string {
  return freeradius(`        ocsp {
            enable = yes
            override_cert_url = yes
            url = "${ocsp}"
            use_nonce = yes
            timeout = 5
            softfail = no
        }`);
}
