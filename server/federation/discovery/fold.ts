/** Makes spellings that people do not tell apart equal: width, case, accents, the two kana, small kana, old and new kanji, space. */

/** Latin letters that no accent can be taken off. */
const letters: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ł: "l",
  þ: "th",
  ı: "i",
};

/** ヴァイオリン is バイオリン to most. */
const vu: Readonly<Record<string, string>> = { ぁ: "ば", ぃ: "び", ぇ: "べ", ぉ: "ぼ", ゅ: "びゆ" };

const small = "ぁぃぅぇぉっゃゅょゎゕゖゐゑ";
const large = "あいうえおつやゆよわかけいえ";

/** Kanji in names of institutions, in pairs: as the name is written, and as most people type it. */
const kanji = new Map(
  "應応國国學学澤沢濱浜髙高﨑崎邊辺邉辺齋斎齊斉櫻桜龍竜瀧滝圓円藝芸會会醫医專専實実藥薬齒歯關関廣広惠恵德徳榮栄眞真壽寿佛仏體体經経濟済與与豐豊鐵鉄嶋島嶌島峯峰槇槙曾曽彌弥禮礼賴頼瀨瀬縣県總総勞労氣気鄕郷靑青黑黒舘館瑩営營営單単參参條条靜静淨浄澁渋壺壷聲声萬万獨独戰戦劍剣濵浜富冨"
    .match(/../gu)
    ?.map((pair) => [...pair] as [string, string]),
);
const oldKanji = new RegExp(`[${[...kanji.keys()].join("")}]`, "gu");

export function foldForSearch(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC")
    .replace(/[ßæœøđðłþı]/g, (letter) => letters[letter] ?? letter)
    .replace(/[ァ-ヶ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))
    .replace(/ゔ([ぁぃぇぉゅ]?)/g, (_, vowel: string) => vu[vowel] ?? "ぶ")
    .replace(/[ぁぃぅぇぉっゃゅょゎゕゖゐゑ]/g, (kana) => large[small.indexOf(kana)] ?? kana)
    .replace(/(?<=[ぁ-ゖ])[ー〜~]+/g, "")
    .replace(oldKanji, (character) => kanji.get(character) ?? character)
    .replace(/['’‘`・]/g, "")
    .replace(/[^\S\n]+/g, " ")
    .trim();
}

/** With what lengthens a vowel left out: とうきょう as トーキョー is folded, おおさか as オーサカ. Of folded text. */
export function withoutLongVowels(folded: string): string {
  return folded
    .replace(/([あかさたなはまやらわがざだばぱ])あ/g, "$1")
    .replace(/([いきしちにひみりぎじぢびぴ])い/g, "$1")
    .replace(/([うくすつぬふむゆるぐずづぶぷ])う/g, "$1")
    .replace(/([えけせてねへめれげぜでべぺ])[えい]/g, "$1")
    .replace(/([おこそとのほもよろをごぞどぼぽ])[おう]/g, "$1");
}
