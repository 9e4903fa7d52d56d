/** `npm start`: sets everything up and opens examples/ in VS Code, or in the embedded editor where there is none. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { buildExtension } from "./build.mjs";
import { startCodeServer } from "./codeServer.mjs";
import { editor } from "./editor.mjs";
import { EDITOR_SETTINGS } from "./editorSettings.mjs";
import { main } from "./main.mjs";
import { onPath } from "./onPath.mjs";
import { packageExtension } from "./package.mjs";
import { PYTHON } from "./pythonEnvironment.mjs";
import { CACHE, ROOT } from "./root.mjs";
import { setUp } from "./setup.mjs";
import { writeStamp } from "./stamps.mjs";
import { run, step } from "./steps.mjs";

const EXAMPLES = join(ROOT, "examples");
const FIRST_FILE = join(EXAMPLES, "iris", "job.yml");

await main(import.meta.url, async () => {
  const code = process.argv.includes("--embedded") ? undefined : onPath("code");
  await (code === undefined ? openEmbedded() : openInCode(code));
});

/** @param {string} code */
async function openInCode(code) {
  await setUp();
  await buildExtension();
  const args = [`--extensionDevelopmentPath=${ROOT}`, EXAMPLES, FIRST_FILE];
  await step("Open the examples in VS Code", () =>
    // A .cmd file is no program: Windows needs its shell to start one.
    process.platform === "win32" ? run("cmd", ["/c", code, ...args]) : run(code, args),
  );
}

async function openEmbedded() {
  const results = await Promise.allSettled([setUp(), editor()]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
  const { vsix, stamp } = await packageExtension();
  const folder = join(CACHE, "editor");
  const port = join(folder, "port");
  const server = await step("Start the embedded editor", () =>
    startCodeServer({
      folder,
      settings: EDITOR_SETTINGS,
      machineSettings: { "joblens.python": PYTHON },
      vsix,
      vsixStamp: stamp,
      port: existsSync(port) ? Number(readFileSync(port, "utf8")) : 0,
    }),
  );
  // The same address next time: a page that is still open finds its server again.
  writeStamp(port, String(server.port));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void server.stop());
  const address = server.address(EXAMPLES, FIRST_FILE);
  console.log(`\nJoblens is open at\n\n  ${address}\n\nCtrl-C stops it.`);
  await openBrowser(address);
  await server.ended;
}

/** Only where a person sits before this machine's own screen. */
async function openBrowser(/** @type {string} */ address) {
  if (process.env["CI"] || !process.stdout.isTTY) return;
  if (process.platform !== "darwin" && !process.env["DISPLAY"] && !process.env["WAYLAND_DISPLAY"]) return;
  const opener = onPath(process.platform === "darwin" ? "open" : "xdg-open");
  if (opener !== undefined) await run(opener, [address]).catch(() => undefined);
}
