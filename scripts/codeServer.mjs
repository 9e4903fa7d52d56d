/** Starts the embedded editor on this machine's own address, with the extension installed, and stops it. */

import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

import { EDITOR } from "./editor.mjs";
import { isStamped, writeStamp } from "./stamps.mjs";
import { childEnv, Failure, run } from "./steps.mjs";

const HOST = "127.0.0.1";

/**
 * @typedef {object} Options
 * @property {string} folder - where the editor keeps its settings, extensions and logs
 * @property {Record<string, unknown>} settings - the user's settings; they stay as they are once written
 * @property {Record<string, unknown>} machineSettings - such as the path of a program on this machine
 * @property {string} vsix - the extension to install
 * @property {string} vsixStamp - changes when the extension does
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [port] - the one to use if it is free
 * @property {boolean} [askForTrust] - whether folders are restricted until the user trusts them
 */

/**
 * @typedef {object} CodeServer
 * @property {number} port
 * @property {string} log - the file with the editor's own output
 * @property {(folder: string, file?: string) => string} address - of the page that shows a folder, and a file in it
 * @property {Promise<number | null>} ended - with its exit code
 * @property {() => Promise<void>} stop
 */

/** @param {Options} options @returns {Promise<CodeServer>} */
export async function startCodeServer(options) {
  const { folder } = options;
  writeSettings(options);
  await installExtension(options);
  const wished = await ifFree(options.port);
  const log = join(folder, "code-server.log");
  const out = openSync(log, "w");
  const child = spawn(EDITOR.command, [EDITOR.entry, ...serverArguments(options, wished)], {
    env: editorEnv(options),
    stdio: ["ignore", out, out],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  let port;
  try {
    port = await answeringPort(child, log);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, log, address: (path, file) => address(port, path, file), ended, stop };
}

/** @param {Options} options */
function writeSettings({ folder, settings, machineSettings }) {
  const user = join(folder, "data", "User");
  const machine = join(folder, "data", "Machine");
  for (const path of [user, machine, join(folder, "extensions")]) mkdirSync(path, { recursive: true });
  writeJson(join(user, "settings.json"), { ...settings, ...readJson(join(user, "settings.json")) });
  // A path on this machine is ignored among the user's settings.
  const file = join(machine, "settings.json");
  writeJson(file, { ...readJson(file), ...machineSettings });
}

/** @param {Options} options */
async function installExtension(options) {
  const stampFile = join(options.folder, "extension-stamp");
  if (isStamped(stampFile, options.vsixStamp)) return;
  const args = [
    EDITOR.entry,
    ...folderArguments(options.folder),
    "--force",
    "--install-extension",
    options.vsix,
  ];
  await run(EDITOR.command, args, { env: editorEnv(options) });
  writeStamp(stampFile, options.vsixStamp);
}

/** @param {Options} options @returns {NodeJS.ProcessEnv} */
function editorEnv({ env = {} }) {
  const all = childEnv({ ...env, EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "" }) });
  // code-server would take these as its own address and password; the last would open a file in another window.
  for (const name of ["PORT", "PASSWORD", "HASHED_PASSWORD", "VSCODE_IPC_HOOK_CLI"]) delete all[name];
  return all;
}

/** @param {string} folder */
function folderArguments(folder) {
  const config = join(folder, "config.yaml");
  writeFileSync(config, "auth: none\n");
  return [
    ...["--config", config, "--user-data-dir", join(folder, "data")],
    ...["--extensions-dir", join(folder, "extensions")],
  ];
}

/** @param {Options} options @param {number} port */
function serverArguments({ folder, askForTrust = false }, port) {
  return [
    ...folderArguments(folder),
    ...["--auth", "none", "--bind-addr", `${HOST}:${port}`, "--ignore-last-opened"],
    ...["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"],
    ...(askForTrust ? [] : ["--disable-workspace-trust"]),
  ];
}

/** @param {number} port @param {string} folder @param {string} [file] */
function address(port, folder, file) {
  const page = `http://${HOST}:${port}/?folder=${encodeURI(folder)}`;
  if (file === undefined) return page;
  const open = JSON.stringify([["openFile", `vscode-remote://${HOST}:${port}${file}`]]);
  return `${page}&payload=${encodeURIComponent(open)}`;
}

/**
 * Waits until the editor answers. The port that it took is the one that it tells: another program may have taken
 * any that was free before.
 * @param {import("node:child_process").ChildProcess} child
 * @param {string} log
 */
async function answeringPort(child, log) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && child.exitCode === null) {
    const port = Number(/ server listening on http:\/\/[^/]*:(\d+)/.exec(readFileSync(log, "utf8"))?.[1]);
    try {
      if (port > 0 && (await fetch(`http://${HOST}:${port}/healthz`)).ok) return port;
    } catch {
      // Not yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Failure(
    `${readFileSync(log, "utf8")}\nThe embedded editor does not answer.`,
    `Its log is ${log}.`,
  );
}

/** @param {number} [wished] @returns {Promise<number>} the port if nobody has it, else 0: any other */
function ifFree(wished = 0) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(0));
    probe.listen(wished, HOST, () => probe.close(() => resolve(wished)));
  });
}

/** @param {string} file @returns {Record<string, unknown>} */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

/** @param {string} file @param {Record<string, unknown>} value */
function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
