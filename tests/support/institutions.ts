/** Invented institutions, as many as wanted and always the same: names in both languages, readings, keywords, domains. */
import { foldForSearch } from "../../server/federation/discovery/fold.ts";
import { providerIdOf } from "../../server/federation/metadata/read-providers.ts";

const places = [
  ["北海", "ほっかい", "Hokkai"],
  ["東北", "とうほく", "Tohoku"],
  ["関東", "かんとう", "Kanto"],
  ["中央", "ちゅうおう", "Chuo"],
  ["東都", "とうと", "Toto"],
  ["西都", "さいと", "Saito"],
  ["南海", "なんかい", "Nankai"],
  ["湘南", "しょうなん", "Shonan"],
  ["近畿", "きんき", "Kinki"],
  ["山陽", "さんよう", "San'yo"],
  ["四国", "しこく", "Shikoku"],
  ["筑紫", "ちくし", "Chikushi"],
  ["琉海", "りゅうかい", "Ryukai"],
  ["大川", "おおかわ", "Okawa"],
  ["青葉", "あおば", "Aoba"],
  ["桜谷", "さくらだに", "Sakuradani"],
] as const;
const fields = [
  ["", "", ""],
  ["工業", "こうぎょう", "of Technology"],
  ["医科", "いか", "of Medicine"],
  ["教育", "きょういく", "of Education"],
  ["芸術", "げいじゅつ", "of the Arts"],
  ["経済", "けいざい", "of Economics"],
  ["女子", "じょし", "for Women"],
  ["情報", "じょうほう", "of Informatics"],
] as const;
const forms = [
  ["大学", "だいがく", "University", "u"],
  ["短期大学", "たんきだいがく", "Junior College", "jc"],
  ["高等専門学校", "こうとうせんもんがっこう", "College", "ct"],
  ["研究所", "けんきゅうじょ", "Institute", "ri"],
] as const;

/** A row of IdentityProvider. Every second one states its reading as a keyword, as in a real federation not all do. */
export function inventedInstitution(n: number) {
  const place = places[n % places.length] ?? places[0];
  const field = fields[Math.floor(n / places.length) % fields.length] ?? fields[0];
  const form = forms[Math.floor(n / (places.length * fields.length)) % forms.length] ?? forms[0];
  const campus = Math.floor(n / (places.length * fields.length * forms.length)) + 1;
  const nameJa = `${place[0]}${field[0]}${form[0]} 第${campus}校`;
  const nameEn = [place[2], form[2], field[2], `No. ${campus}`].filter(Boolean).join(" ");
  const domain = `${place[2].toLowerCase().replace("'", "")}-${form[3]}${n}.example.ac.jp`;
  const entityId = `https://idp.${domain}/idp/shibboleth`;
  const keywords = [
    ...(n % 2 ? [`${place[1]}${field[1]}${form[1]}`] : []),
    `${place[0]}${form[0][0]}`,
    `n${n}`,
  ];
  return {
    id: providerIdOf(entityId),
    entityId,
    nameJa,
    nameEn,
    search: foldForSearch([nameJa, nameEn, ...keywords, domain].join("\n")),
    ssoRedirect: `https://idp.${domain}/idp/profile/SAML2/Redirect/SSO`,
    certificates: ["MIIC".repeat(500)],
    domains: [domain],
    logoJa: n % 3 ? `https://idp.${domain}/logo.png` : null,
    logoEn: n % 3 ? `https://idp.${domain}/logo.png` : null,
    scopes: [{ value: domain, regexp: false }],
    validUntil: new Date("2099-01-01T00:00:00Z"),
  };
}
