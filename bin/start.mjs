/** `npm start` and `npm run dev`: installs what is missing, then goes over to the project's own Node and bin/serve.ts. */
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
  const args = process.argv.slice(2);
  // Node's opinions of its own TypeScript support, and of what NextAuth calls.
  const quiet = ["--disable-warning=ExperimentalWarning", "--disable-warning=DEP0169"];
  const serve = (extra) =>
    spawn(node, [...quiet, "bin/serve.ts", ...args, ...extra], {
      cwd: root,
      env: environment(node),
      // Through the channel the portal learns that nobody watches over it any more, and ends too.
      stdio: ["inherit", "inherit", "inherit", "ipc"],
    });
  const portal = serve([]);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => portal.kill(signal));
  portal.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    console.error(`The portal was ended from outside (${signal}); ending what it had started.`);
    serve(["--tidy"]).on("exit", () => process.exit(1));
  });
});
