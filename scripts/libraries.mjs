/** The libraries that the server needs in a user's Python: put into the .vsix, so that nothing is downloaded later. */

import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { installLocked, LOCK, lockedBlock } from "./pythonEnvironment.mjs";
import { CACHE } from "./root.mjs";
import { digest, isStamped, writeStamp } from "./stamps.mjs";
import { step } from "./steps.mjs";

const LIBRARIES = [
  "attrs",
  "cattrs",
  "certifi",
  "charset-normalizer",
  "docker",
  "exceptiongroup",
  "filelock",
  "idna",
  "jmespath",
  "lsprotocol",
  "packaging",
  "pathspec",
  "platformdirs",
  "psutil",
  "pygls",
  "pyyaml",
  "requests",
  "tomli",
  "typing-extensions",
  "urllib3",
];

/** Newer Pythons have it built in: its compiled parts for them would be a megabyte that nobody reads. */
const FOR_THE_OLDEST = "tomli";

/** The oldest first: its pure Python code is the one that all of them can run. */
const PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"];

/** @returns {Promise<string>} the folder with all of them */
export async function bundledLibraries() {
  const lock = readFileSync(LOCK, "utf8");
  const newer = LIBRARIES.filter((name) => name !== FOR_THE_OLDEST).map((name) => pin(lock, name));
  const pins = [...newer, pin(lock, FOR_THE_OLDEST)].join("\n");
  const folder = join(CACHE, "libraries");
  const stampFile = join(folder, ".joblens-stamp");
  const stamp = digest(pins, ...PYTHONS);
  if (isStamped(stampFile, stamp)) return join(folder, "all");
  return step("Collect the server's libraries", async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const python of PYTHONS) {
      await collect(folder, python, python === PYTHONS[0] ? pins : newer.join("\n"));
    }
    writeStamp(stampFile, stamp);
    return join(folder, "all");
  });
}

/** A pin for every Python: the lock's condition on the version is for the environment in .venv. */
function pin(/** @type {string} */ lock, /** @type {string} */ name) {
  return lockedBlock(lock, name).replace(/ ;[^\n\\]*/, " ");
}

/** All of the oldest Python's files; of the others only the compiled ones, which carry the version in their names. */
async function collect(
  /** @type {string} */ folder,
  /** @type {string} */ python,
  /** @type {string} */ wanted,
) {
  const target = join(folder, python);
  const pins = join(folder, `pins-${python}.txt`);
  writeFileSync(pins, wanted);
  await installLocked([
    ...["--target", target, "--python-version", python],
    ...["--only-binary", ":all:", "--no-deps", "-r", pins],
  ]);
  const whole = python === PYTHONS[0];
  cpSync(target, join(folder, "all"), {
    recursive: true,
    force: false,
    filter: (file) => !NOT_NEEDED.has(basename(file)) && (whole || isFolder(file) || COMPILED.test(file)),
  });
}

const NOT_NEEDED = new Set(["__pycache__", "bin", "tests", ".lock"]);
const COMPILED = /\.(so|pyd)$/;

function isFolder(/** @type {string} */ path) {
  return statSync(path).isDirectory();
}
