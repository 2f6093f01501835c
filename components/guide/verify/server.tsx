import { useTranslations } from "next-intl";
import { Section } from "@/components/ui/section.tsx";
import { Block } from "./block.tsx";
import type { Published } from "./published.ts";
import {
  apacheByList,
  apacheByOcsp,
  cron,
  freeradiusByList,
  freeradiusByOcsp,
  nginxByList,
  nginxByOcsp,
  prepare,
  reloads,
  script,
  update,
} from "./servers.ts";

/** What every server needs: the CAs, and their lists renewed by the clock. */
export function Preparation({ published }: { published: Published }) {
  const t = useTranslations("Verify.preparation");
  return (
    <Section id="preparation" title={t("title")}>
      <p>{t("explanation")}</p>
      <Block name={t("once")} code={prepare(published)} />
      <p>{t("lists")}</p>
      <Block name={script} code={update(published)} />
      <p>{t("first", { script })}</p>
      <ul className="bullets">
        <li>{t("byList")}</li>
        <li>{t("byOcsp")}</li>
      </ul>
    </Section>
  );
}

const servers = {
  nginx: { byList: nginxByList, byOcsp: nginxByOcsp },
  apache: { byList: apacheByList, byOcsp: apacheByOcsp },
  freeradius: { byList: freeradiusByList, byOcsp: freeradiusByOcsp },
} as const;
export type Server = keyof typeof servers;

/** One server, with revocation by the lists and by OCSP. */
export function ServerConfiguration({ server, published }: { server: Server; published: Published }) {
  const t = useTranslations("Verify.server");
  const { byList, byOcsp } = servers[server];
  return (
    <Section id={server} title={t(`${server}.title`)}>
      <p>{t(`${server}.explanation`)}</p>
      <Block name={t("byList", { file: t(`${server}.file`) })} code={byList()} />
      <Block name={t("cron")} code={cron(reloads[server])} />
      <Block name={t("byOcsp", { file: t(`${server}.file`) })} code={byOcsp(published)} />
      <p>{t(`${server}.ocsp`)}</p>
    </Section>
  );
}
