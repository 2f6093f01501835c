/** What a member sends to their institution's contact: names of attributes and what is wrong with them, in both languages, and never a value. */
import type { getTranslations } from "next-intl/server";
import { ial2Assurance } from "@/server/assurance.ts";
import { attributeNames, type Fault } from "@/server/federation/people/attributes.ts";
import {
  complaintsOf,
  type Examination,
  formalNames,
  type Standing,
} from "@/server/federation/people/doctor.ts";

type Words = Awaited<ReturnType<typeof getTranslations<"Doctor">>>;

/** Null when there is nothing to complain of; `brief` is for a mail program that takes no more. */
export function letterOf(
  examination: Examination,
  ja: Words,
  en: Words,
): { subject: string; text: string; brief: string } | null {
  const complaints = complaintsOf(examination.standings);
  if (complaints.length === 0) return null;
  const opening = (words: Words) =>
    words("letter.body", {
      service: words("letter.service"),
      uses: complaints.map(({ use }) => words(`uses.${use}`)).join(words("letter.and")),
    });
  const facts = factsOf(examination, complaints, ja, en);
  return {
    subject: `${ja("letter.subject")} / ${en("letter.subject")}`,
    text: [opening(ja), "", opening(en), "", ...facts].join("\n"),
    brief: [ja("letter.brief"), en("letter.brief"), "", ...facts].join("\n"),
  };
}

function factsOf(examination: Examination, complaints: readonly Standing[], ja: Words, en: Words): string[] {
  const { entityId, service, at, reference } = examination;
  const both = (key: "missing" | "faulty" | "anyOf" | "value" | "time" | "reference") =>
    `${ja(`letter.${key}`)} / ${en(`letter.${key}`)}`;
  // Two functions may want the same attribute: it is named once.
  const wanted = new Map(complaints.map((complaint) => [complaint.attributes.join(), complaint]));
  return [
    ...[...wanted.values()].flatMap(({ use, attributes, state }) => [
      `[${both(state === "faulty" ? "faulty" : "missing")}]${attributes.length > 1 ? ` ${both("anyOf")}:` : ""}`,
      ...attributes.flatMap((name) => [
        `- ${formalNames[name]} (${attributeNames[name]})`,
        ...faultsOf(examination, name).map(
          (fault) => `  ${ja(`faults.${fault}`)} / ${en(`faults.${fault}`)}`,
        ),
      ]),
      // Any other value of this attribute would be no help.
      ...(use === "ial2" ? [`  ${both("value")}: ${ial2Assurance}`] : []),
    ]),
    "",
    `IdP: ${entityId}`,
    `SP: ${service}`,
    `${both("time")}: ${at.toISOString()}`,
    ...(reference ? [`${both("reference")}: ${reference}`] : []),
  ];
}

function faultsOf({ attributes }: Examination, name: string): Fault[] {
  const values = attributes.find((attribute) => attribute.name === name)?.values ?? [];
  return [...new Set(values.flatMap(({ fault }) => (fault ? [fault] : [])))];
}
