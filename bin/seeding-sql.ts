/** The statements of seeding.ts, in the order in which rows refer to each other. */

/** Invented, and found nowhere together. */
const surnames =
  "国立 Kokuritsu,学認 Gakunin,例示 Reiji,見本 Mihon,試験 Shiken,仮名 Kamei,架空 Kakuu,模擬 Mogi,想定 Soutei,標本 Hyouhon,電子 Denshi,証明 Shoumei,認証 Ninshou,連携 Renkei,学術 Gakujutsu,情報 Jouhou,基盤 Kiban,申請 Shinsei,発行 Hakkou,登録 Touroku,更新 Koushin,鍵山 Kagiyama,鍵本 Kagimoto,署名 Shomei,暗号 Angou,公開 Koukai,秘密 Himitsu,共通 Kyoutsuu,平文 Hirabumi,復号 Fukugou,検証 Kenshou,信頼 Shinrai,起点 Kiten,中間 Chuukan,末端 Mattan,有効 Yuukou,期限 Kigen,番号 Bangou,一覧 Ichiran,画面 Gamen";
const givenNames =
  "花子 Hanako,太郎 Taro,次郎 Jiro,三郎 Saburo,桜 Sakura,一郎 Ichiro,美咲 Misaki,健一 Kenichi,陽子 Yoko,大輔 Daisuke,葵 Aoi,翔 Sho,結衣 Yui,蓮 Ren,直樹 Naoki,恵 Megumi,誠 Makoto,愛 Ai,学 Manabu,香織 Kaori,拓也 Takuya,真理 Mari,修 Osamu,千尋 Chihiro,光 Hikaru,薫 Kaoru,望 Nozomi,歩 Ayumu,梓 Azusa,司 Tsukasa";

const list = (names: string) => `string_to_array('${names}', ',')`;
const one = (names: string) => `(${list(names)})[1 + floor(random() * ${names.split(",").length})::int]`;

/** Parameters: first and last member, how many institutions there are. Some institutions are large, most are small. */
export const peopleSql = [
  `INSERT INTO "Institution" (id, "entityId", "nameJa", "nameEn", "dnBase", "cnRule")
   SELECT 'seed-i-' || k, 'https://idp.s' || k || '.example.ac.jp/idp', '見本大学' || k, 'Sample University ' || k,
     'O=Sample University ' || k || ',L=Academe,C=JP', 'uid'
   FROM (SELECT lpad(n::text, 3, '0') AS k FROM generate_series(1, $3::int) n WHERE $1::numeric IS NOT NULL AND $2::numeric IS NOT NULL) AS numbers
   ON CONFLICT DO NOTHING`,
  `INSERT INTO "Member" (id, "institutionId", subject, "displayName", "displayNameJa", mails, eppn, locale, "createdAt", "lastLoginAt")
   SELECT 'seed-m-' || n, 'seed-i-' || k, 'uniqueId:seed' || n || '@s' || k || '.example.ac.jp',
     split_part(given, ' ', 2) || ' ' || split_part(surname, ' ', 2), split_part(surname, ' ', 1) || ' ' || split_part(given, ' ', 1),
     ARRAY[lower(split_part(given, ' ', 2) || '.' || split_part(surname, ' ', 2)) || '.' || n || '@s' || k || '.example.ac.jp'],
     's' || lpad(n::text, 7, '0') || '@s' || k || '.example.ac.jp', CASE WHEN n % 5 = 0 THEN 'en' ELSE 'ja' END,
     now() - interval '5 years', now() - random() * interval '1 year'
   FROM (SELECT n, lpad((1 + floor($3::int * power(random(), 1.7)))::int::text, 3, '0') AS k, ${one(surnames)} AS surname, ${one(givenNames)} AS given
     FROM generate_series(floor($1::numeric)::int, floor($2::numeric)::int) n) AS people
   ON CONFLICT DO NOTHING`,
];

/**
 * What is to become of each application, as a table of this transaction: parameters are the first, the last, and how many a member has. What
 * the workflows would take up is rare, so that a portal at work has little to do with it.
 */
export const chosenSql = `CREATE TEMPORARY TABLE seeding ON COMMIT DROP AS
  WITH drawn AS MATERIALIZED (
    SELECT n, 'seed-e-' || n AS id, 'seed-m-' || (n / $3::int) AS member, n % $3::int + 1 AS number,
      (CASE WHEN n % $3::int = $3::int - 1 THEN 'smime' ELSE 'client' END)::"Kind" AS kind,
      (ARRAY[52, 52, 52, 25, 13])[1 + floor(random() * 5)::int] AS months, random() AS fate, random() AS other,
      date_trunc('milliseconds', now() - interval '2 hours' - random() * interval '5 years') AS long_ago
    FROM generate_series($1::int, $2::int) n
  ), fated AS (
    SELECT *, CASE
      WHEN n < 20000 AND n % 1000 < 6 THEN (ARRAY['requested', 'pin_ready', 'awaiting_approval', 'renewing', 'renewal_pin_ready', 'revoking'])[n % 1000 + 1]
      WHEN fate < 0.04 THEN 'lapsed' WHEN fate < 0.055 THEN 'failed' WHEN fate < 0.06 THEN 'declined' WHEN fate < 0.07 THEN 'cancelled'
      WHEN fate < 0.17 THEN 'revoked' ELSE 'active' END AS wish
    FROM drawn
  ), dated AS (
    SELECT *, CASE
      WHEN wish IN ('requested', 'awaiting_approval', 'pin_ready') THEN date_trunc('milliseconds', now() - interval '10 minutes' - other * interval '6 days')
      WHEN wish IN ('renewing', 'renewal_pin_ready', 'revoking') THEN date_trunc('milliseconds', now() - interval '1 month' * (months - 1) - interval '1 day')
      ELSE long_ago END AS asked
    FROM fated
  ), issued AS (
    SELECT *, CASE WHEN wish NOT IN ('requested', 'awaiting_approval', 'pin_ready', 'lapsed', 'failed', 'declined', 'cancelled')
      THEN asked + interval '1 hour' END AS first_at
    FROM dated
  ), renewed AS (
    -- A third of those whose term is over were renewed ten days before.
    SELECT *, CASE WHEN wish = 'active' AND other < 0.33 AND first_at + interval '1 month' * months < now()
      THEN first_at + interval '1 month' * months - interval '10 days' END AS again_at
    FROM issued
  ), ended AS (
    SELECT *, coalesce(again_at, first_at) + interval '1 month' * months AS until FROM renewed
  )
  SELECT e.*, '5eed' || substr(md5(n || '-1'), 1, 28) AS first_serial, '5eed' || substr(md5(n || '-2'), 1, 28) AS again_serial,
    (CASE WHEN wish = 'active' AND until < now() THEN 'expired' ELSE wish END)::"Status" AS status,
    CASE WHEN wish = 'revoked' THEN first_at + other * (least(until, now()) - first_at) END AS revoked_at,
    CASE WHEN wish IN ('renewing', 'renewal_pin_ready') THEN now() - interval '10 minutes' ELSE again_at - interval '1 hour' END AS renewal_asked,
    m.mails[1] AS mail, m.locale,
    'CN=' || CASE kind WHEN 'smime' THEN m.mails[1] ELSE split_part(m.eppn, '@', 1) END || ',OU=No ' || number || ',' || i."dnBase" AS dn
  FROM ended e JOIN "Member" m ON m.id = e.member JOIN "Institution" i ON i.id = m."institutionId"`;

const isLiving = `status NOT IN ('revoked', 'expired', 'lapsed', 'failed', 'declined', 'cancelled')`;
const isAtCa = `status NOT IN ('requested', 'awaiting_approval', 'declined', 'cancelled')`;

/** Every order that came to a certificate: the first, and the renewal. */
const collected = `(
  SELECT id, kind, months, dn, mail, member, revoked_at, 1 AS sequence, first_at AS at, first_serial AS serial FROM seeding WHERE first_at IS NOT NULL
  UNION ALL SELECT id, kind, months, dn, mail, member, revoked_at, 2, again_at, again_serial FROM seeding WHERE again_at IS NOT NULL
) AS collected`;

/** What happened, in the order in which it did. */
const happened = (deed: string, at: string, where: string) =>
  `SELECT id, ${at} AS at, '${deed}' AS deed FROM seeding WHERE ${where}`;

export const rowsSql = [
  `INSERT INTO "Enrollment" (id, "memberId", number, kind, months, status, "requestKey", "exclusiveKey", dn, mail, locale, "requestedAt", serial,
     "notBefore", "notAfter", "revokedAt", failure, version)
   SELECT id, member, number, kind, months, status, 'seed:' || n, CASE WHEN kind = 'smime' AND ${isLiving} THEN 'smime:' || member || ':' || mail END,
     dn, mail, locale, asked, CASE WHEN again_at IS NOT NULL THEN again_serial WHEN first_at IS NOT NULL THEN first_serial END,
     coalesce(again_at, first_at), until, revoked_at, CASE status WHEN 'failed' THEN 'not_issuable' END, 3
   FROM seeding`,
  `INSERT INTO "Order" (id, "enrollmentId", sequence, purpose, months, status, "placedAt", "collectUntil", "collectedAt", serial)
   SELECT replace(id, 'seed-e-', 'seed-o-') || '-1', id, 1, 'issue'::"Purpose", months,
     (CASE WHEN first_at IS NOT NULL THEN 'collected' WHEN status = 'requested' THEN 'placed' WHEN status = 'awaiting_approval' THEN 'awaiting'
       WHEN status = 'pin_ready' THEN 'pin_issued' WHEN status = 'lapsed' THEN 'lapsed' WHEN status = 'failed' THEN 'refused' ELSE 'withdrawn' END)::"OrderStatus",
     asked, CASE WHEN ${isAtCa} AND status <> 'failed' THEN asked + interval '30 days' END, first_at, CASE WHEN first_at IS NOT NULL THEN first_serial END
   FROM seeding
   UNION ALL
   SELECT replace(id, 'seed-e-', 'seed-o-') || '-2', id, 2, 'renew'::"Purpose", months,
     (CASE WHEN again_at IS NOT NULL THEN 'collected' WHEN status = 'renewing' THEN 'placed' ELSE 'pin_issued' END)::"OrderStatus",
     renewal_asked, CASE WHEN status <> 'renewing' THEN renewal_asked + interval '30 days' END, again_at, CASE WHEN again_at IS NOT NULL THEN again_serial END
   FROM seeding WHERE renewal_asked IS NOT NULL`,
  // Of a ticket there is nothing left that opens anything.
  `INSERT INTO "Ticket" ("orderId", kind, months, dn, mail, hash, "expiresAt", "collectedAt", "confirmedAt", "closedAt", "createdAt")
   SELECT o.id, s.kind, s.months, s.dn, s.mail, sha256(convert_to(o.id, 'UTF8')), o."collectUntil", o."collectedAt", o."collectedAt",
     CASE WHEN o.status = 'lapsed' THEN o."collectUntil" END, o."placedAt"
   FROM seeding s JOIN "Order" o ON o."enrollmentId" = s.id WHERE o."collectUntil" IS NOT NULL`,
  `INSERT INTO "Certificate" (serial, "issuerId", "orderId", dn, "notBefore", "notAfter", der, "keyOrigin", "keyHash", "revokedAt", "revocationReason")
   SELECT serial, coalesce((SELECT i.id FROM "Issuer" i WHERE i.kind::text = c.kind::text AND i."issuesFrom" <= now() ORDER BY i."issuesFrom" DESC LIMIT 1), c.kind::text),
     replace(id, 'seed-e-', 'seed-o-') || '-' || sequence, dn, at, at + interval '1 month' * months, sha256(convert_to(serial, 'UTF8')), 'browser',
     sha256(convert_to('key ' || serial, 'UTF8')), revoked_at, CASE WHEN revoked_at IS NOT NULL THEN 4 END
   FROM ${collected.replace(" AS collected", " AS c")}`,
  `INSERT INTO "Revocation" (id, "enrollmentId", reason, "askedAt", "doneAt")
   SELECT replace(id, 'seed-e-', 'seed-r-'), id, 'superseded', coalesce(revoked_at, now()), revoked_at FROM seeding WHERE status IN ('revoked', 'revoking')`,
  `INSERT INTO "Approval" ("enrollmentId", "askedAt", "decidedAt", approved, reason)
   SELECT id, asked, CASE status WHEN 'declined' THEN asked + interval '1 day' END, CASE status WHEN 'declined' THEN false END,
     CASE status WHEN 'declined' THEN '所属を確認できませんでした' END
   FROM seeding WHERE status IN ('awaiting_approval', 'declined')`,
  `INSERT INTO "HistoryEntry" ("enrollmentId", at, deed)
   SELECT id, at, deed FROM (
     ${[
       happened("requested", "asked", "true"),
       happened("pin_issued", "asked + interval '1 minute'", `${isAtCa} AND status <> 'failed'`),
       happened("refused", "asked + interval '1 minute'", "status = 'failed'"),
       happened("declined", "asked + interval '1 day'", "status = 'declined'"),
       happened("cancelled", "asked + interval '1 day'", "status = 'cancelled'"),
       happened("lapsed", "asked + interval '30 days'", "status = 'lapsed'"),
       happened("collected", "first_at", "first_at IS NOT NULL"),
       happened("renewal_asked", "renewal_asked", "renewal_asked IS NOT NULL"),
       happened("renewed", "again_at", "again_at IS NOT NULL"),
       happened("revocation_asked", "coalesce(revoked_at, now())", "status IN ('revoked', 'revoking')"),
       happened("revoked", "revoked_at", "revoked_at IS NOT NULL"),
       happened("expired", "until", "status = 'expired'"),
     ].join(" UNION ALL ")}
   ) AS deeds ORDER BY id, at`,
  `INSERT INTO "Letter" (id, key, kind, "enrollmentId", recipient, locale, status, "createdAt", "sentAt", error)
   SELECT 'seed-l-' || md5(key), key, kind, id, mail, locale, (CASE WHEN lost THEN 'failed' ELSE 'sent' END)::"LetterStatus", at,
     CASE WHEN NOT lost THEN at END, CASE WHEN lost THEN '550 5.1.1 No such mailbox' END
   FROM (
     SELECT *, n % 1500 = 7 AND kind = 'acceptance' AS lost FROM (
       SELECT n, id, mail, locale, 'acceptance' AS kind, 'acceptance:' || replace(id, 'seed-e-', 'seed-o-') || '-1' AS key, asked AS at
       FROM seeding WHERE ${isAtCa} AND status <> 'failed'
       UNION ALL SELECT n, id, mail, locale, 'acquisition', 'acquisition:' || replace(id, 'seed-e-', 'seed-o-') || '-1', first_at
       FROM seeding WHERE first_at IS NOT NULL
       UNION ALL SELECT n, id, mail, locale, 'acceptance', 'acceptance:' || replace(id, 'seed-e-', 'seed-o-') || '-2', renewal_asked
       FROM seeding WHERE renewal_asked IS NOT NULL AND status <> 'renewing'
       UNION ALL SELECT n, id, mail, locale, 'renewal', 'renewal:' || replace(id, 'seed-e-', 'seed-o-') || '-2', again_at
       FROM seeding WHERE again_at IS NOT NULL
       UNION ALL SELECT n, id, mail, locale, 'revocation', 'revocation:' || id, revoked_at FROM seeding WHERE revoked_at IS NOT NULL
       UNION ALL SELECT n, id, mail, locale, 'reminder', 'reminder:' || id || ':' || coalesce(CASE WHEN again_at IS NOT NULL THEN again_serial END, first_serial) || ':30', now()
       FROM seeding WHERE status = 'active' AND until < now() + interval '40 days'
     ) AS letters
   ) AS letters`,
];
