import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Authorities } from "@/components/guide/authorities.tsx";
import { Instructions } from "@/components/guide/instructions.tsx";
import { type Device, devices } from "@/components/issue/suggestion.ts";
import { Notice } from "@/components/ui/notice.tsx";
import { api } from "@/server/api/caller.ts";
import { Link } from "@/server/i18n/navigation.ts";
import { lost } from "../../lost.ts";

type DevicePageProps = { params: Promise<{ device: string }> };

export async function generateMetadata({ params }: DevicePageProps): Promise<Metadata> {
  const [t, device] = [await getTranslations("Guide"), await known(params)];
  return { title: t("deviceTitle", { device: t(`${device}.name`) }) };
}

export default async function DevicePage({ params }: DevicePageProps) {
  const device = await known(params);
  const [t, authorities] = await Promise.all([
    getTranslations("Guide"),
    api().then(({ authorities }) => authorities.list()),
  ]);
  return (
    <div className="stack prose">
      <h1>{t("deviceTitle", { device: t(`${device}.name`) })}</h1>
      <p>{t("lead")}</p>
      <Instructions device={device} part="install" />
      <Instructions device={device} part="authority" />
      <Notice tone="info" title={t("wrongPassword")}>
        <p>{t(`${device}.wrongPassword`)}</p>
        <p>{t("wrongPasswordKinds")}</p>
        <p>
          <Link href="/guide/rewrap">{t("rewrap")}</Link>
        </p>
      </Notice>
      <Authorities authorities={authorities} />
      <p>
        <Link className="button button-plain" href="/guide">
          {t("otherDevices")}
        </Link>
      </p>
    </div>
  );
}

async function known(params: DevicePageProps["params"]): Promise<Device> {
  const { device } = await params;
  return devices.find((name) => name === device) ?? lost();
}
