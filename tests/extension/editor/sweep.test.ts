/** The iris sweep in a real VS Code: a trial by itself, the trials below the sweep, the page of the search. */

import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { eachTestIsSeen, TestEditor } from "./testEditor";

describe("the iris sweep in VS Code", { timeout: 600_000 }, () => {
  let editor: TestEditor;
  /** Trials go on as long as this file is there. */
  const hold = () => join(editor.workspace, "hold");

  before(async () => {
    editor = await TestEditor.start("iris");
    quickly(join(editor.workspace, "job-sweep.yml"), hold());
    await editor.open("job-sweep.yml");
    await editor.screen.lens("Run sweep locally (4 trials)").waitFor();
  });

  after(() => {
    rmSync(hold(), { force: true });
    return editor.stop();
  });

  eachTestIsSeen(() => editor);

  test("shows a trial's values, and runs it with those that were confirmed", async () => {
    const { page } = editor.screen;
    const row = page.locator(".quick-input-list .monaco-list-row");
    await editor.screen.lens("Run one trial").click();
    await row.filter({ hasText: "Run this trial" }).waitFor();
    await editor.screen.picture("one-trial");
    assert.equal(await page.locator(".terminal-wrapper").count(), 0);
    await row.filter({ hasText: "max_depth: " }).click();
    await page.locator(".quick-input-widget input[type=text]:visible").fill("7");
    await page.keyboard.press("Enter");
    await row.filter({ hasText: "max_depth=7" }).first().click();
    await editor.screen.terminalSays(/^depth 7$/m);
    const end = editor.screen.notification("Completed");
    await end.locator(".codicon-notifications-clear").click();
  });

  test("shows its trials below it while it runs, and the page of its search", async () => {
    const { page } = editor.screen;
    writeFileSync(hold(), "");
    await editor.screen.lens("Run sweep locally").click();
    const rows = page.locator(".pane", { hasText: "Joblens Runs" }).locator(".monaco-list-row");
    await rows.filter({ hasText: "Trial 1" }).waitFor();
    await editor.screen.command("Joblens: Show Search");
    const search = page.frameLocator("iframe.webview").frameLocator("#active-frame");
    await search.getByText(/^Best( so far)?: trial/).waitFor();
    await rows.filter({ hasText: "best, test_log_loss = " }).waitFor();
    await editor.screen.picture("sweep");
    rmSync(hold());
    await editor.screen.notification("Completed").waitFor();
    await search.getByText("4 of 4 trials have ended").waitFor();
    await rows.filter({ hasText: "Completed, 4 of 4 trials" }).waitFor();
    assert.equal(await search.locator("tr").count(), 5);
    await editor.screen.picture("sweep-ended");
  });

  test("goes on from the tree with the trials that are missing", async () => {
    const { page } = editor.screen;
    writeFileSync(hold(), "");
    await editor.screen.lens("Run sweep locally").click();
    const rows = page.locator(".pane", { hasText: "Joblens Runs" }).locator(".monaco-list-row");
    await rows.filter({ hasText: /Running.* of 4 trials/ }).waitFor();
    await editor.screen.command("Joblens: Cancel Run");
    const canceled = rows.filter({ hasText: /Canceled.* of 4 trials/ });
    await canceled.waitFor();
    rmSync(hold());
    await canceled.hover();
    await canceled.getByRole("button", { name: "Resume Sweep" }).click();
    await canceled.waitFor({ state: "detached" });
    await rows.filter({ hasText: "Completed, 4 of 4 trials" }).nth(1).waitFor();
  });
});

/** Four short trials with a script that learns nothing: real training has tests of its own. */
function quickly(job: string, hold: string): void {
  const text = readFileSync(job, "utf8")
    .replace(/max_total_trials: 20/, "max_total_trials: 4")
    .replace(/max_concurrent_trials: 4/, "max_concurrent_trials: 2")
    .replace(/ {2}environment:\n( {4}.*\n)+/, "  environment: azureml:any@latest\n")
    .replace(/command: >-\n/, "command: >-\n    python -S short.py\n")
    .replace("    python main.py\n", "");
  writeFileSync(job, text);
  writeFileSync(join(job, "..", "src", "short.py"), `HOLD = ${JSON.stringify(hold)}\n${SCRIPT}`);
}

const SCRIPT = `import json, os, sys, time, urllib.request
rate, depth = sys.argv[4], sys.argv[6]
print("depth", depth, flush=True)
for step in range(4):
    body = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": "test_log_loss", "value": abs(float(rate) - 0.2) + 1,
            "timestamp": int(time.time() * 1000), "step": step}
    urllib.request.urlopen(urllib.request.Request(
        os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric",
        json.dumps(body).encode(), {"Content-Type": "application/json"})).read()
    time.sleep(0.3)
while os.path.exists(HOLD):
    time.sleep(0.1)
`;
