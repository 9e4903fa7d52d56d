/** `npm run package`: joblens-<version>.vsix, with the server and its libraries inside. */

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { buildExtension } from "./build.mjs";
import { bundledLibraries } from "./libraries.mjs";
import { main } from "./main.mjs";
import { CACHE, ROOT } from "./root.mjs";
import { setUp } from "./setup.mjs";
import { digest, fingerprint, isStamped, writeStamp } from "./stamps.mjs";
import { run, step } from "./steps.mjs";

/** Everything that goes into the .vsix lies here: a folder of its own, so that nothing else can slip in. */
const STAGE = join(CACHE, "vsix");
/** The README links to all of them. */
const DOCUMENTS = [
  ...["README.md", "CHANGELOG.md", "LICENSE", "ARCHITECTURE.md", "CONTRIBUTING.md"],
  ...["docs", "examples/README.md"],
];
/** The libraries' compiled parts are this platform's. */
const TARGET = `${process.platform}-${process.arch}`;

/**
 * Builds the .vsix unless it is there and nothing it is made of has changed.
 * @param {{ searched?: boolean }} [options] - searched for secrets, as what leaves this machine must be
 * @returns {Promise<{ vsix: string, stamp: string }>} its path, and a stamp that changes when it does
 */
export async function packageExtension({ searched = false } = {}) {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const vsix = join(ROOT, `joblens-${manifest.version}.vsix`);
  const stampFile = join(CACHE, "vsix-stamp");
  const stamp = digest(vsix, fingerprint(INGREDIENTS.map((path) => join(ROOT, path))));
  const made = (/** @type {boolean} */ withSearch) => (withSearch ? `${stamp} searched` : stamp);
  const fits = isStamped(stampFile, made(true)) || (!searched && isStamped(stampFile, made(false)));
  if (existsSync(vsix) && fits) return { vsix, stamp };
  await buildExtension();
  const libraries = await bundledLibraries();
  await step("Package the extension", async () => {
    stage(manifest, libraries);
    await vsce(vsix, searched ? [] : UNSEARCHED);
  });
  writeStamp(stampFile, made(searched));
  return { vsix, stamp };
}

/** What the .vsix is made of. */
const INGREDIENTS = [
  ...["extension/src", "server/joblens", "schemas", "package.json", "requirements.lock"],
  ...[...DOCUMENTS, "scripts/package.mjs", "scripts/libraries.mjs", "scripts/build.mjs"],
];

/** @param {Record<string, unknown>} manifest @param {string} libraries - their folder */
function stage(manifest, libraries) {
  rmSync(STAGE, { recursive: true, force: true });
  mkdirSync(join(STAGE, "dist"), { recursive: true });
  // A user's copy has no doors for contributors.
  const shipped = { ...manifest, scripts: undefined, devDependencies: undefined };
  writeFileSync(join(STAGE, "package.json"), JSON.stringify(shipped, undefined, 2));
  for (const name of DOCUMENTS) cpSync(join(ROOT, name), join(STAGE, name), { recursive: true });
  cpSync(join(ROOT, "dist", "extension.js"), join(STAGE, "dist", "extension.js"));
  const server = join(STAGE, "dist", "server");
  const filter = (/** @type {string} */ path) => basename(path) !== "__pycache__";
  cpSync(join(ROOT, "server", "joblens"), join(server, "joblens"), { recursive: true, filter });
  cpSync(join(ROOT, "schemas"), join(server, "joblens", "schemas"), { recursive: true, filter });
  cpSync(join(ROOT, "docs", "checks.md"), join(server, "joblens", "docs", "checks.md"));
  cpSync(libraries, join(server, "libs"), { recursive: true });
}

/** The search takes most of the time that packaging takes. */
const UNSEARCHED = ["--allow-package-all-secrets", "--allow-package-env-file"];

/** @param {string} vsix @param {readonly string[]} more */
function vsce(vsix, more) {
  const tool = join(ROOT, "node_modules", "@vscode", "vsce", "vsce");
  const offline = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"];
  return run(process.execPath, [tool, "package", "--target", TARGET, ...offline, ...more, "--out", vsix], {
    cwd: STAGE,
  });
}

await main(import.meta.url, async () => {
  await setUp();
  const { vsix } = await packageExtension({ searched: true });
  console.log(vsix);
});
