import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test, type TestContext } from "node:test";

import { serverCommand } from "../../extension/src/server";

const PYTHON = { path: "/usr/bin/python3", version: [3, 11], origin: "PATH" } as const;

test("an installed extension brings its server and libraries, before the user's own", (test) => {
  const folder = emptyFolder(test);
  mkdirSync(join(folder, "dist", "server"), { recursive: true });
  const { command, args, env } = serverCommand(PYTHON, folder, { PYTHONPATH: "/mine" });
  assert.deepEqual([command, ...args], ["/usr/bin/python3", "-m", "joblens", "lsp"]);
  const server = join(folder, "dist", "server");
  assert.equal(env["PYTHONPATH"], [server, join(server, "libs"), "/mine"].join(delimiter));
});

test("a checkout runs its own server", (test) => {
  const folder = emptyFolder(test);
  assert.equal(serverCommand(PYTHON, folder, {}).env["PYTHONPATH"], join(folder, "server"));
});

/** A folder that is gone again when the test is over. */
function emptyFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "joblens-"));
  test.after(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}
