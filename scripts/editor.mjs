/** The embedded editor: VS Code as code-server, installed from npm into scripts/editor once. */

import { existsSync, readdirSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";

import { main } from "./main.mjs";
import { nodePackages, npm } from "./nodePackages.mjs";
import { ROOT } from "./root.mjs";
import { isStamped, writeStamp } from "./stamps.mjs";
import { Failure, step } from "./steps.mjs";

const FOLDER = join(ROOT, "scripts", "editor");
const MODULES = join(FOLDER, "node_modules");
const CODE_SERVER = join(MODULES, "code-server");
const VSCODE = join(CODE_SERVER, "lib", "vscode");
const PLATFORM = `${process.platform}-${process.arch}`;
/** code-server needs one version of Node, whatever runs this script: it comes from npm too. */
const NODE = join(MODULES, `node-${PLATFORM}`, "bin", "node");
const PLATFORMS = ["linux-x64", "linux-arm64"];

/** The command that starts the editor: give it code-server's own arguments. */
export const EDITOR = { command: NODE, entry: join(CODE_SERVER, "out", "node", "entry.js") };

export function editorRunsHere() {
  return PLATFORMS.includes(PLATFORM);
}

/** Installs the editor if it is not there. */
export async function editor() {
  if (!editorRunsHere()) {
    throw new Failure(
      `The embedded editor runs on Linux; this is ${PLATFORM}.`,
      "Install VS Code and its command `code` (in VS Code: \"Shell Command: Install 'code' command in PATH\").",
    );
  }
  await nodePackages(FOLDER, "Install the embedded editor");
  const stampFile = join(MODULES, ".joblens-editor-stamp");
  if (isStamped(stampFile, PLATFORM)) return;
  await step("Install the embedded editor's own packages", async () => {
    const install = ["install", "--omit=dev", "--ignore-scripts"];
    const own = npmInside(VSCODE, install).then(compile);
    // Waits for both also when one fails, so that nothing is left half installed.
    const results = await Promise.allSettled([own, npmInside(join(VSCODE, "extensions"), install)]);
    for (const result of results) if (result.status === "rejected") throw result.reason;
    prune();
  });
  writeStamp(stampFile, PLATFORM);
}

/** `npm ci` refuses here: the editor's own lock lacks a package. Its lock still decides the versions. */
async function npmInside(/** @type {string} */ folder, /** @type {string[]} */ args) {
  const path = [join(MODULES, `node-${PLATFORM}`, "bin"), process.env["PATH"]].join(delimiter);
  // Compiled parts need the headers of the Node that will load them.
  const env = { PATH: path, npm_config_nodedir: join(MODULES, `node-${PLATFORM}`) };
  await npm(args, { cwd: folder, env });
}

/** The two parts that come as C++ only; the editor works without them, but keeps no logs. */
async function compile() {
  try {
    await npmInside(VSCODE, ["rebuild", "@vscode/spdlog", "@vscode/native-watchdog"]);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.log(
      "  There is no working C++ compiler here: the embedded editor's Output panel will stay empty.",
    );
  }
}

/** Half of it is an assistant that we switch off, and other systems' programs. */
function prune() {
  for (const path of UNUSED) rmSync(join(VSCODE, path), { recursive: true, force: true });
  for (const folder of PER_PLATFORM) {
    const path = join(VSCODE, folder);
    if (!existsSync(path)) continue;
    for (const name of readdirSync(path).filter((name) => name !== PLATFORM)) {
      rmSync(join(path, name), { recursive: true });
    }
  }
}

const UNUSED = ["node_modules/@github", "node_modules/@microsoft/mxc-sdk", "extensions/copilot"];
const PER_PLATFORM = ["node_modules/@vscode/ripgrep-universal/bin", "node_modules/node-pty/prebuilds"];

await main(import.meta.url, editor);
