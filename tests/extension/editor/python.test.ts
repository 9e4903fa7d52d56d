/** Which Python the extension takes, and what it says when there is none, in a real VS Code. */

import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";

import { PYTHON } from "../../../scripts/pythonEnvironment.mjs";
import { TestEditor } from "./testEditor";

describe("the extension in VS Code", { timeout: 300_000 }, () => {
  test("brings all that the server needs to a bare Python", async () => {
    await inEditor(barePython(), async (editor) => {
      await editor.screen.lens("Run locally").waitFor();
    });
  });

  test("says which Python is missing, and takes the one that is chosen then", async () => {
    await inEditor("/no/such/python", async (editor) => {
      const message = editor.screen.notification("Joblens needs Python 3.10 or newer. /no/such/python");
      await message.waitFor();
      await message.locator(".monaco-button", { hasText: "Choose a Python" }).click();
      await editor.screen.chooseFile(barePython(), "job.yml");
      await editor.screen.lens("Run locally").waitFor();
    });
  });
});

/** The Python that .venv was made from: it has none of our libraries. */
function barePython(): string {
  const ask = "import os, sys; print(os.path.realpath(sys.executable))";
  return execFileSync(PYTHON, ["-c", ask], { encoding: "utf8" }).trim();
}

async function inEditor(python: string, look: (editor: TestEditor) => Promise<void>): Promise<void> {
  const editor = await TestEditor.start("hello-world", python);
  try {
    await editor.open("job.yml");
    await look(editor);
  } finally {
    await editor.screen.keepEvidence(`python ${python === barePython() ? "bare" : "missing"}`);
    await editor.stop();
  }
}
