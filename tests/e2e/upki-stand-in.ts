/** The stand-in of NII's service beside the portal, as journeys ask it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { dataFolder, expect } from "./portal.ts";

/** Asks the stand-in what it knows, or has it do something on purpose. */
// biome-ignore lint/suspicious/noExplicitAny: tests read what they know is there
export async function standIn(path: string, body?: object): Promise<any> {
  const ports = JSON.parse(await readFile(join(dataFolder(), "upki-site", "ports.json"), "utf8"));
  const asked = body ? { method: "POST", body: JSON.stringify(body) } : {};
  const answer = await fetch(`http://127.0.0.1:${ports[2]}${path}`, asked);
  expect(answer.status).toBe(200);
  return answer.json();
}
