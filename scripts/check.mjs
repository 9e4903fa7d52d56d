/** `npm run check`: everything that can be said without running the code. `npm run fix` mends what it can. */

import { join } from "node:path";

import { main } from "./main.mjs";
import { PYTHON, venvTool } from "./pythonEnvironment.mjs";
import { ROOT } from "./root.mjs";
import { setUp } from "./setup.mjs";
import { show } from "./steps.mjs";

/** @typedef {{ title: string, command: string, args: readonly string[], fix?: readonly string[] }} Check */

/** @type {readonly Check[]} */
const CHECKS = [
  {
    title: "ruff check",
    command: venvTool("ruff"),
    args: ["check", "."],
    fix: ["check", "--fix", "."],
  },
  { title: "ruff format", command: venvTool("ruff"), args: ["format", "--check", "."], fix: ["format", "."] },
  { title: "mypy", command: venvTool("mypy"), args: [] },
  { title: "lint-imports", command: venvTool("lint-imports"), args: [] },
  {
    title: "schemas",
    command: PYTHON,
    args: ["-m", "scripts.schemas", "--check"],
    fix: ["-m", "scripts.schemas"],
  },
  { title: "tsc (extension)", ...nodeTool("typescript/bin/tsc", ["-p", "extension"]) },
  { title: "tsc (scripts)", ...nodeTool("typescript/bin/tsc", ["-p", "scripts"]) },
  { title: "tsc (tests)", ...nodeTool("typescript/bin/tsc", ["-p", "tests/extension"]) },
  { title: "eslint", ...nodeTool("eslint/bin/eslint.js", ["."], ["--fix", "."]) },
  { title: "prettier", ...nodeTool("prettier/bin/prettier.cjs", ["--check", "."], ["--write", "."]) },
];

await main(import.meta.url, async () => {
  const fixing = process.argv.includes("--fix");
  await setUp();
  const failed = [];
  for (const check of CHECKS) {
    if (fixing && !check.fix) continue;
    console.log(`\n— ${check.title}`);
    const args = fixing && check.fix ? check.fix : check.args;
    if ((await show(check.command, args, { PYTHONPATH: "server" })) !== 0) failed.push(check.title);
  }
  console.log(failed.length === 0 ? "\nAll checks pass." : `\nThese found something: ${failed.join(", ")}.`);
  return failed.length === 0 ? 0 : 1;
});

/**
 * A tool of node_modules, run by this very Node.
 * @param {string} file
 * @param {string[]} args
 * @param {string[]} [fix]
 */
function nodeTool(file, args, fix) {
  const tool = join(ROOT, "node_modules", file);
  const withTool = (/** @type {string[]} */ rest) => [tool, ...rest];
  return { command: process.execPath, args: withTool(args), ...(fix && { fix: withTool(fix) }) };
}
