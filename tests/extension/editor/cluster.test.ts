/** A job of the preview on the cluster, in a real VS Code: sent, followed, fetched, canceled. */

import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";

import { ROOT } from "../../../scripts/root.mjs";
import { chooseWorkspace, startWithAzure, workspaceAnswers } from "./azureEditor";
import type { ControlPlane } from "./controlPlane";
import { until } from "./screen";
import { eachTestIsSeen, type TestEditor } from "./testEditor";

const CORPUS = join(process.env["JOBLENS_CORPUS"] ?? join(ROOT, "..", "shared"), "corpus", "preview");
const IRIS = join("cli", "jobs", "train", "lightgbm", "iris");
const SEED = join(CORPUS, "seed-2021-05-25", IRIS);
const GOLDEN = join(CORPUS, "converted-ga", IRIS);
const noCorpus = existsSync(SEED) ? false : `there are no public job files in ${CORPUS}`;

describe("a job on the cluster in VS Code", { timeout: 600_000 }, () => {
  let folder: string;
  let stop: () => Promise<void>;
  let plane: ControlPlane;
  let editor: TestEditor;
  let name = "";

  before(async () => {
    const settings = { "files.simpleDialog.enable": true };
    ({ editor, plane, folder, stop } = await startWithAzure({ storage: true, settings }));
    await editor.open("job-2021.yml");
    await editor.screen.lens("Submit to cluster").waitFor();
  });

  after(() => stop());

  eachTestIsSeen(() => editor);

  const jobs = () =>
    editor.screen.page.locator(".pane", { hasText: "Joblens Runs" }).locator(".monaco-list-row");

  async function menu(job: string, action: string): Promise<void> {
    await editor.screen.chooseFromMenu(jobs().filter({ hasText: job }), action);
  }

  /** Sends the file in the editor; the name of the job that comes of it. */
  async function submitted(): Promise<string> {
    const before = await sent();
    await editor.screen.lens("Submit to cluster").first().click();
    // Of many messages within a second the editor shows the first ones only.
    const job = await until(async () => (await sent()).find((one) => !before.includes(one)));
    await jobs().filter({ hasText: job }).waitFor();
    return job;
  }

  /** The names of the jobs that were sent. */
  async function sent(): Promise<string[]> {
    const calls = (await plane.ask({ calls: "PUT .*/jobs/[^/]+$" })) as { path: string }[];
    return calls.map(({ path }) => basename(path));
  }

  test("the workspace is chosen", async () => {
    await chooseWorkspace(editor);
  });

  test("the cluster is chosen in the words of the preview", async () => {
    await editor.screen.replaceLine("target: azureml:cpu-cluster", "target: azureml:");
    await editor.screen.page.keyboard.press("Control+Space");
    const rows = editor.screen.page.locator(".suggest-widget.visible .monaco-list-row");
    await rows.filter({ hasText: "cpu-cluster" }).first().click();
    await editor.screen.line("target: azureml:cpu-cluster").waitFor();
  });

  test("nothing is asked about jobs before somebody looks at them", async () => {
    assert.deepEqual(await plane.ask({ calls: "/jobs" }), []);
  });

  test("the job is sent, and stands first among the workspace's", async () => {
    // A message below the mouse stays.
    [name] = await Promise.all([submitted(), editor.screen.notification("is submitted").hover()]);
    await jobs().filter({ hasText: name }).waitFor();
    await plane.ask({ hold: name });
  });

  test("its log is shown while it runs", async () => {
    await editor.screen.notification("is submitted").getByText("Show Log").click();
    await editor.screen.terminalSays(/^line 2$/m);
    await jobs().filter({ hasText: "Running" }).waitFor();
    await editor.screen.picture("cluster");
    await plane.ask({ release: name });
    await Promise.all([
      editor.screen.terminalSays(/^Completed$/m),
      editor.screen.notification("Completed").hover(),
    ]);
  });

  test("its outputs are fetched, byte for byte", async () => {
    await editor.screen.notification("Completed").getByText("Download Outputs").click();
    await editor.screen.chooseFile(editor.workspace, "src");
    await editor.screen.notification("downloaded to").waitFor();
    const got = await until(() => found(join(editor.workspace, name), "model.txt"));
    assert.equal(readFileSync(got, "utf8"), `the model of ${name}\n`);
  });

  test("another job is canceled where it is listed", async () => {
    const second = await submitted();
    await menu(second, "Cancel Job");
    await editor.screen.page.locator(".monaco-dialog-box").getByText("Cancel Job", { exact: true }).click();
    await jobs().filter({ hasText: second }).filter({ hasText: "Canceled" }).waitFor();
    const job = (await plane.ask({ job: second })) as { properties: { status: string } };
    assert.equal(job.properties.status, "Canceled");
  });

  test("a job that has ended is archived, and listed no more", async () => {
    await menu(name, "Archive");
    await jobs().filter({ hasText: name }).waitFor({ state: "detached" });
    const job = (await plane.ask({ job: name })) as { properties: { isArchived: boolean } };
    assert.equal(job.properties.isArchived, true);
  });

  test("a refusal is a sentence, with what Azure answered behind it", async () => {
    await plane.ask({
      fault: { where: "PUT .*/jobs/", status: 403, message: "The policy 'no-jobs' denies it." },
    });
    await editor.screen.lens("Submit to cluster").first().click();
    const refusal = editor.screen.notification("403");
    await refusal.getByText("Show Details").click();
    await editor.screen.logSays("The policy 'no-jobs'");
    await plane.ask({ clear: true });
  });

  test(
    "what is sent for the preview's own file is what azure-ai-ml sends for its conversion",
    {
      skip: noCorpus,
    },
    async () => {
      const [preview, golden] = [join(editor.workspace, "preview"), join(folder, "golden")];
      for (const [from, to] of [
        [SEED, preview],
        [GOLDEN, golden],
      ] as const) {
        cpSync(from, to, { recursive: true });
        mkdirSync(join(to, "src"));
        writeFileSync(join(to, "src", "main.py"), "print('iris')\n");
      }
      await editor.open("preview/job.yml");
      await workspaceAnswers(editor);
      const ours = await sentFor(await submitted());
      const theirs = (await plane.ask({ sdk: join(golden, "job.yml"), name: "golden" })) as Sent;
      assert.deepEqual(withoutName(ours), withoutName(theirs));
      assert.match(ours.properties["command"] as string, /--iris-csv \$\{\{inputs\.iris\}\}/);
    },
  );

  /** The body of the request that made a job. */
  async function sentFor(job: string): Promise<Sent> {
    const calls = (await plane.ask({ calls: `PUT .*/jobs/${job}$` })) as { body: Sent }[];
    assert.equal(calls.length, 1);
    return calls[0]?.body ?? assert.fail();
  }
});

interface Sent {
  readonly properties: Record<string, unknown>;
}

/** The name is chosen anew for each job, and shown where no other is given. */
function withoutName({ properties, ...rest }: Sent): unknown {
  return { ...rest, properties: { ...properties, displayName: "" } };
}

/** The file of this name somewhere below a folder. */
function found(folder: string, file: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const path = entries.find((entry) => basename(entry) === file);
  return path === undefined ? undefined : join(folder, path);
}
