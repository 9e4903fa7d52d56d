/** "Submit to cluster": sends the job to the Azure Machine Learning workspace. */

import { posix } from "node:path";

import { commands, type Disposable, env, Uri, window } from "vscode";

import { askedJob } from "../askedJob";
import type { ChosenWorkspace } from "../chosenWorkspace";
import type { Client } from "../client";
import { type SubmittedJob, submitRequest } from "../protocol";
import { tellingFailure } from "../tellFailure";
import type { JobTree } from "../views/jobTree";
import { slowly } from "../views/slowly";

export function submit(client: Client, chosen: ChosenWorkspace, jobs: JobTree): Disposable {
  return commands.registerCommand("joblens.submit", (argument: unknown) =>
    tellingFailure(async () => {
      const uri = await askedJob(argument);
      if (!uri) return;
      const where = chosen.current?.name ?? "the cluster";
      const title = `Submitting ${posix.basename(uri.path)} to ${where}`;
      const job = await slowly(client, title, submitRequest, { uri: uri.toString() });
      if (!job) return;
      // The log of a job is asked of the workspace that is chosen: another one's is to be seen in its studio.
      const isChosen = job.workspace === chosen.current?.name;
      if (isChosen) void jobs.reveal();
      void tellSubmitted(job, isChosen);
    }),
  );
}

async function tellSubmitted({ name, status, studioUrl }: SubmittedJob, hasLog: boolean): Promise<void> {
  const actions = new Map<string, () => unknown>();
  if (hasLog) actions.set("Show Log", () => commands.executeCommand("joblens.showJobLog", name));
  if (studioUrl !== "") actions.set("Open in Studio", () => env.openExternal(Uri.parse(studioUrl)));
  const said = `Job '${name}' is submitted: ${status}.`;
  const answer = await window.showInformationMessage(said, ...actions.keys());
  if (answer !== undefined) await actions.get(answer)?.();
}
