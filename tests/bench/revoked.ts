/** A database of a CA that has issued and revoked very much: filled by SQL, for no CA revokes a million certificates while a bench waits. */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { encodeEntry } from "../../server/pki/crl.ts";

/** What a certificate with an RSA-2048 key, signed by RSA-3072, has in octets. */
const usual = 1400;

/** So many revoked certificates of the client CA, which is there already, as `revoke` leaves them. */
export async function fillRevoked(url: string, count: number, certificateSize = usual): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const serial = "40".padEnd(32, "0");
    const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 3_600_000);
    const [before = "", after = ""] = Buffer.from(encodeEntry({ serial, at, reason: 4 }))
      .toString("hex")
      .split(serial);
    // Without the tickets that they would have: nobody asks for them here.
    await client.query("SET session_replication_role = replica");
    await client.query(
      `INSERT INTO "Certificate" ("serial", "issuerId", "orderId", "dn", "notBefore", "notAfter", "der", "revokedAt", "revocationReason", "crlEntry")
       SELECT s, 'client', 'bench-' || s, 'CN=Hanako Kokuritsu,O=Demo University A,L=Academe,C=JP', $1::timestamptz - interval '1 month',
              $1::timestamptz + interval '1 year', $2::bytea, $1::timestamptz, 4, decode($3 || s || $4, 'hex')
       FROM (SELECT to_hex(64 + n % 64) || substr(md5(n::text), 3) AS s FROM generate_series(1, $5::int) n) AS serials`,
      [at, randomBytes(certificateSize), before, after, count],
    );
    await client.query(`VACUUM ANALYZE "Certificate"`);
  } finally {
    await client.end();
  }
}
