/** The Python environment in .venv: exactly what requirements.lock says, and this checkout's joblens. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { CACHE, ROOT } from "./root.mjs";
import { digest, isStamped, writeStamp } from "./stamps.mjs";
import { Failure, run, step } from "./steps.mjs";

const ON_WINDOWS = process.platform === "win32";
const VENV = join(ROOT, ".venv");
const BIN = join(VENV, ON_WINDOWS ? "Scripts" : "bin");
export const LOCK = join(ROOT, "requirements.lock");
const REGISTRY_HINT =
  "Check that this machine reaches its Python package index, then start again: what is done is kept.";

export const PYTHON = venvTool("python");

/** @param {string} name - of a program in .venv */
export function venvTool(name) {
  return join(BIN, ON_WINDOWS ? `${name}.exe` : name);
}

/** Makes .venv and installs into it what is not there yet. */
export async function pythonEnvironment() {
  const { command, version } = await findPython();
  const lock = readFileSync(LOCK, "utf8");
  const stamp = digest(lock, version, ROOT);
  const file = join(VENV, ".joblens-stamp");
  if (existsSync(PYTHON) && isStamped(file, stamp)) return;
  if (!existsSync(PYTHON)) await step(`Create .venv with Python ${version}`, () => createVenv(command));
  await step("Install the Python packages", () => install(lock));
  await linkCheckout();
  writeStamp(file, stamp);
}

/** JOBLENS_PYTHON, or the first Python on PATH that is new enough. */
async function findPython() {
  const asked = process.env["JOBLENS_PYTHON"];
  const names = asked ? [asked] : ON_WINDOWS ? ["python", "py"] : ["python3", "python"];
  const found = [];
  for (const command of names) {
    const version = await versionOf(command);
    if (version && isNewEnough(version)) return { command, version };
    found.push(version ? `${command} is Python ${version}` : `there is no ${command}`);
  }
  throw new Failure(
    `Joblens needs Python 3.10 or newer: ${found.join(", ")}.`,
    "Install one, or name yours in the environment variable JOBLENS_PYTHON.",
  );
}

/** @param {string} command @returns {Promise<string | undefined>} */
async function versionOf(command) {
  try {
    const answer = await run(command, ["-c", "import platform; print(platform.python_version())"]);
    return answer.trim();
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** @param {string} version */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 3 || (major === 3 && minor >= 10);
}

/** @param {string} python */
function createVenv(python) {
  return run(python, ["-m", "venv", VENV], {
    hint: "On Debian and Ubuntu: apt-get install python3-venv. Then delete .venv and start again.",
  });
}

/** uv installs in seconds what takes pip minutes, so pip only brings uv, at its locked version. */
async function install(/** @type {string} */ lock) {
  mkdirSync(CACHE, { recursive: true });
  const uvLock = join(CACHE, "uv.lock.txt");
  writeFileSync(uvLock, lockedBlock(lock, "uv"));
  await pip(["install", "--require-hashes", "-r", uvLock]);
  await installLocked(["-r", LOCK]);
}

/**
 * Installs what a lock file pins, with uv, or with pip where uv cannot.
 * @param {readonly string[]} args - as both understand them
 */
export async function installLocked(args) {
  try {
    await run(venvTool("uv"), ["pip", "install", "--python", PYTHON, "--require-hashes", ...args]);
  } catch (error) {
    // uv does not read pip's configuration, where a company may name its own index or certificates.
    if (!(error instanceof Failure)) throw error;
    console.log("  uv could not; pip does it, which takes longer.");
    await pip(["install", "--require-hashes", ...args]);
  }
}

/** @param {readonly string[]} args */
function pip(args) {
  return run(PYTHON, ["-m", "pip", "--disable-pip-version-check", ...args], { hint: REGISTRY_HINT });
}

/**
 * One package's lines of a lock file, hashes included; its first pin is the one for the oldest Python.
 * @param {string} lock
 * @param {string} name
 */
export function lockedBlock(lock, name) {
  const lines = lock.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`${name}==`));
  if (start < 0) throw new Failure(`requirements.lock does not pin ${name}.`);
  const length = lines.slice(start + 1).findIndex((line) => !line.startsWith(" "));
  return lines.slice(start, length < 0 ? undefined : start + 1 + length).join("\n");
}

/** The server's folder on Python's path, and `.venv/bin/joblens`: an editable install without a build. */
async function linkCheckout() {
  const sitePackages = await run(PYTHON, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]);
  writeFileSync(join(sitePackages.trim(), "joblens_checkout.pth"), `${join(ROOT, "server")}\n`);
  const launcher = join(BIN, ON_WINDOWS ? "joblens.cmd" : "joblens");
  const sh = `#!/bin/sh\nexec "${PYTHON}" -m joblens "$@"\n`;
  const cmd = `@"${PYTHON}" -m joblens %*\r\n`;
  writeFileSync(launcher, ON_WINDOWS ? cmd : sh, { mode: 0o755 });
}
