/** `npm test`: installs what is missing, then goes over to the project's own Node and bin/test.ts. */
import { spawn } from "node:child_process";
import { nodeProblem } from "./node-version.mjs";

const problem = nodeProblem(process.versions.node);
if (problem) {
  console.error(problem);
  process.exit(1);
}

import("./prepare.mjs").then(async ({ prepare, endWithParent, environment, root }) => {
  endWithParent();
  const node = await prepare();
  const args = ["--disable-warning=ExperimentalWarning", "bin/test.ts", ...process.argv.slice(2)];
  const tests = spawn(node, args, { cwd: root, env: environment(node), stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => tests.kill(signal));
  tests.on("exit", (code) => process.exit(code ?? 1));
});
