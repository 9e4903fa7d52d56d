/** Which Python the extension takes, and what it says when there is none, in a real VS Code. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { describe, test } from "node:test";

import { PYTHON } from "../../../scripts/pythonEnvironment.mjs";
import { TestEditor } from "./testEditor";

const BROKEN = "this Python is broken";

describe("the extension in VS Code", { timeout: 300_000 }, () => {
  test("brings all that the server needs to a bare Python", async () => {
    await inEditor(barePython(), async (editor) => {
      await editor.screen.lens("Run locally").waitFor();
    });
  });

  test("says which Python is missing, and takes the one that is chosen then", async () => {
    await inEditor("/no/such/missing-python", async (editor) => {
      const message = editor.screen.notification(
        "Joblens needs Python 3.10 or newer. /no/such/missing-python",
      );
      await message.waitFor();
      await message.locator(".monaco-button", { hasText: "Choose a Python" }).click();
      await editor.screen.chooseFile(barePython(), "job.yml");
      await editor.screen.lens("Run locally").waitFor();
    });
  });

  test("says that the server does not start, with what it said in the log", async (test) => {
    const python = brokenPython();
    test.after(() => {
      rmSync(dirname(python), { recursive: true });
    });
    await inEditor(python, async ({ screen }) => {
      const message = screen.notification("Joblens's language server does not start");
      await message.locator(".monaco-button", { hasText: "Show Log" }).click();
      await screen.logSays(BROKEN);
      assert.equal(await screen.notification("Joblens").count(), 0, "one message is enough");
    });
  });
});

/** Answers as a Python does, and fails to run the server. */
function brokenPython(): string {
  const path = join(mkdtempSync(join(tmpdir(), "joblens-python-")), "broken-python");
  const script = `case "$*" in *lsp*) echo "${BROKEN}" >&2; exit 1;; *) echo "3 12 $0";; esac`;
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

/** The Python that .venv was made from: it has none of our libraries. */
function barePython(): string {
  const ask = "import os, sys; print(os.path.realpath(sys.executable))";
  return execFileSync(PYTHON, ["-c", ask], { encoding: "utf8" }).trim();
}

async function inEditor(python: string, look: (editor: TestEditor) => Promise<void>): Promise<void> {
  const editor = await TestEditor.start("hello-world", { python });
  try {
    await editor.open("job.yml");
    await look(editor);
  } finally {
    await editor.screen.keepEvidence(`python ${basename(python)}`);
    await editor.stop();
  }
}
