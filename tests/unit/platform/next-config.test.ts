import { expect, test } from "vitest";
import config from "@/next.config.ts";

test("the development server writes no ticket and no typed PIN into its log", () => {
  const { logging } = config;
  if (!logging || typeof logging.incomingRequests !== "object") throw new Error("requests are all logged");
  const isSilent = (path: string) =>
    logging.incomingRequests &&
    typeof logging.incomingRequests === "object" &&
    logging.incomingRequests.ignore?.some((pattern) => pattern.test(path));
  expect(isSilent(`/ja/issue/${"a".repeat(64)}/download`)).toBe(true);
  expect(isSilent("/ja/certs")).toBe(false);
  expect(logging.serverFunctions).toBe(false);
});
