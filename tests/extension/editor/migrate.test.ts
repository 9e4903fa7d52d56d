/** A file of the 2021 preview in a real VS Code: the command changes it in the editor, and Undo takes that back. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { eachTestIsSeen, TestEditor } from "./testEditor";

const COMMAND = "Joblens: Migrate File to Today's Format";

describe("a file of the preview in VS Code", { timeout: 600_000 }, () => {
  let editor: TestEditor;

  before(async () => {
    editor = await TestEditor.start("iris");
  });

  after(() => editor.stop());

  eachTestIsSeen(() => editor);

  test("is migrated by the command, and is as before after Undo", async () => {
    const before = readFileSync(join(editor.workspace, "job-2021.yml"), "utf8");
    await editor.open("job-2021.yml");
    await editor.screen.lens("Submit to cluster").waitFor();
    await editor.screen.command(COMMAND);
    await editor.screen.notification("Migrated").waitFor();
    await editor.screen.line("${{inputs.").waitFor();
    assert.equal(readFileSync(join(editor.workspace, "job-2021.yml"), "utf8"), before);
    await editor.screen.line("${{inputs.").click();
    await editor.screen.page.keyboard.press("Control+Z");
    await editor.screen.line("local_path: ").waitFor();
    await editor.screen.line("${{inputs.").waitFor({ state: "detached" });
  });

  test("of today's format is left alone, with a word", async () => {
    await editor.open("job.yml");
    await editor.screen.lens("Submit to cluster").waitFor();
    await editor.screen.command(COMMAND);
    await editor.screen.notification("Nothing to migrate: the file is in today's format.").waitFor();
  });
});
