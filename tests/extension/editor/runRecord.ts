/** What a run has left behind: its folder, and its record in MLflow. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { PYTHON } from "../../../scripts/pythonEnvironment.mjs";
import { ROOT } from "../../../scripts/root.mjs";
import { childEnv } from "../../../scripts/steps.mjs";
import { type OwnFolders, processesEnded } from "./ownFolders";
import { PATIENCE } from "./screen";

export interface TrackedRun {
  readonly info: { readonly status: string };
  readonly data: { readonly metrics?: readonly { readonly key: string; readonly value: number }[] };
}

/** The one run in a project, as MLflow's server tells it. */
export async function trackedRun(project: string): Promise<TrackedRun> {
  const runs = join(project, ".joblens", "runs");
  const names = readdirSync(runs).filter((name) => !name.startsWith("."));
  assert.equal(names.length, 1, `one run in ${runs}`);
  const record = readFileSync(join(runs, names.join(), "run.json"), "utf8");
  const { tracking } = JSON.parse(record) as { tracking: { uri: string; run_id: string } };
  const answer = await fetch(`${tracking.uri}/api/2.0/mlflow/runs/get?run_id=${tracking.run_id}`);
  return ((await answer.json()) as { run: TrackedRun }).run;
}

/**
 * MLflow's server outlives the editor, as it should; at a test's end nothing is left for it to do. A run that
 * still ends would start it anew, so that is waited for.
 */
export async function stopTracking(folders: OwnFolders): Promise<void> {
  await processesEnded(folders, { servers: false });
  const env = childEnv({ ...folders, PYTHONPATH: join(ROOT, "server") });
  execFileSync(PYTHON, ["-m", "joblens", "ui", "--stop"], { env, timeout: PATIENCE });
  await processesEnded(folders);
}
