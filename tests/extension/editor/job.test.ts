/** The iris example in a real VS Code: what a user sees, clicks and gets. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";

import { TestEditor, until } from "./testEditor";

/** Building the environment downloads it. */
const BUILD_PATIENCE = 480_000;

describe("the iris job in VS Code", { timeout: 900_000 }, () => {
  let editor: TestEditor;

  before(async () => {
    editor = await TestEditor.start("iris");
    await editor.open("job.yml");
  });

  after(() => editor.stop());

  afterEach((test) => editor.keepEvidence(test.name));

  test("shows its lenses, and no problem", async () => {
    await editor.lens("Submit to cluster").waitFor();
    const titles = await editor.page.locator(".codelens-decoration a").allInnerTexts();
    assert.deepEqual(
      titles.map((title) => title.trim()),
      ["Run locally", "Dry run", "Submit to cluster"],
    );
    assert.equal(await editor.page.locator(".squiggly-error, .squiggly-warning").count(), 0);
    await editor.picture("job");
  });

  test("explains the key under the mouse", async () => {
    await editor.word("experiment_name").hover();
    await editor.page.locator(".monaco-hover:visible", { hasText: "experiment" }).first().waitFor();
    await editor.picture("hover");
  });

  test("completes a key", async () => {
    await editor.typeLineAfter("type: command", "serv");
    await editor.page.keyboard.press("Control+Space");
    const suggestions = editor.page.locator(".suggest-widget.visible .monaco-list-row");
    await suggestions.filter({ hasText: "services" }).first().waitFor();
    await editor.picture("completion");
    await editor.page.keyboard.press("Escape");
    await editor.command("File: Revert File");
  });

  test("underlines an unknown key, and lists it among the problems", async () => {
    await editor.typeLineAfter("type: command", "experiment: iris");
    const squiggle = editor.page.locator(".squiggly-error");
    await squiggle.first().waitFor();
    assert.equal(await squiggle.count(), 1);
    await editor.command("Problems: Focus on Problems View");
    const problems = editor.page.locator(".markers-panel .monaco-list-row", { hasText: "JL" });
    await problems.filter({ hasText: "experiment" }).first().waitFor();
    assert.equal(await problems.count(), 1);
    await editor.picture("problem");
    await editor.command("File: Revert File");
    await squiggle.first().waitFor({ state: "detached" });
  });

  test("tells in a dry run what would be run", async () => {
    await editor.lens("Dry run").click();
    await editor.page.locator(".tab", { hasText: "Dry run of job.yml" }).waitFor();
    await editor.page.locator(".view-line", { hasText: "python main.py --iris-csv" }).first().waitFor();
    await editor.picture("dry-run");
    await editor.command("View: Close All Editors in Group");
  });

  test("trains the model when 'Run locally' is clicked, with its metrics in MLflow", async () => {
    await editor.open("job.yml");
    await editor.lens("Run locally").click();
    await editor.page.locator(".terminal-wrapper.active").waitFor();
    const end = editor.notification(/Completed|Failed/);
    await end.waitFor({ timeout: BUILD_PATIENCE });
    assert.match(await end.innerText(), /Completed/, await editor.terminalText());
    assert.match(await editor.terminalText(), /Completed/);
    await editor.picture("run");

    const { tracking } = JSON.parse(readFileSync(join(editor.runFolder(), "run.json"), "utf8")) as {
      tracking: { uri: string; run_id: string };
    };
    const answer = await fetch(`${tracking.uri}/api/2.0/mlflow/runs/get?run_id=${tracking.run_id}`);
    const { run } = (await answer.json()) as Answer;
    assert.equal(run.info.status, "FINISHED");
    assert.ok((run.data.metrics ?? []).length > 0, "the run has metrics");
  });

  test("gets its language server back when that is killed", async () => {
    const killed = editor.serverProcess();
    assert.ok(killed !== undefined, "a language server runs");
    process.kill(killed, "SIGKILL");
    await until(() => [editor.serverProcess()].find((pid) => pid !== undefined && pid !== killed));
    await editor.typeLineAfter("type: command", "experiment: iris");
    await editor.page.locator(".squiggly-error").first().waitFor();
  });
});

interface Answer {
  readonly run: {
    readonly info: { readonly status: string };
    readonly data: { readonly metrics?: readonly { readonly key: string; readonly value: number }[] };
  };
}
