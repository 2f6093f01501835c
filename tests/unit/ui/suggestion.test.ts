import { expect, test } from "vitest";
import { suggest } from "@/components/issue/suggestion.ts";

const chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

test.each([
  [
    "Windows 11, as Chrome says it",
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome}`,
    "Windows",
    "15.0.0",
    "windows",
    "modern",
  ],
  [
    "Windows 10 22H2",
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome}`,
    "Windows",
    "10.0.0",
    "windows",
    "modern",
  ],
  [
    "Windows Server 2016",
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome}`,
    "Windows",
    "3.0.0",
    "windows",
    "compatible",
  ],
  [
    "a Windows that does not say which",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
    null,
    null,
    "windows",
    "compatible",
  ],
  [
    "macOS 15",
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${chrome}`,
    "macOS",
    "15.5.0",
    "macos",
    "modern",
  ],
  [
    "macOS 14",
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${chrome}`,
    "macOS",
    "14.7.0",
    "macos",
    "compatible",
  ],
  [
    "Safari, which tells no version",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
    null,
    null,
    "macos",
    "compatible",
  ],
  [
    "an iPhone of today",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
    null,
    null,
    "ios",
    "modern",
  ],
  [
    "an older iPhone",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1",
    null,
    null,
    "ios",
    "compatible",
  ],
  ["Android 16", `Mozilla/5.0 (Linux; Android 10; K) ${chrome}`, "Android", "16.0.0", "android", "modern"],
  [
    "Android 13",
    `Mozilla/5.0 (Linux; Android 10; K) ${chrome}`,
    "Android",
    "13.0.0",
    "android",
    "compatible",
  ],
  [
    "an Android that does not say which",
    `Mozilla/5.0 (Linux; Android 10; K) ${chrome}`,
    null,
    null,
    "android",
    "compatible",
  ],
  [
    "Linux",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    null,
    null,
    "linux",
    "modern",
  ],
  ["a browser nobody knows", "curl/8.14.1", null, null, null, "compatible"],
])("%s gets the .p12 it can read", (_name, agent, platform, version, device, encryption) => {
  const headers = new Headers({ "user-agent": agent });
  if (platform) headers.set("sec-ch-ua-platform", `"${platform}"`);
  if (version) headers.set("sec-ch-ua-platform-version", `"${version}"`);
  expect(suggest(headers)).toEqual({ device, encryption });
});

test("a browser that says nothing of itself gets the .p12 every device reads", () => {
  expect(suggest(new Headers())).toEqual({ device: null, encryption: "compatible" });
});
