/** "Submit to cluster": sends the job to the Azure Machine Learning workspace. */

import { commands, type Disposable, env, ProgressLocation, Uri, window } from "vscode";

import { askedJob } from "../askedJob";
import type { Client } from "../client";
import { type SubmittedJob, submitRequest } from "../protocol";
import { tellingFailure } from "../tellFailure";

export function submit(client: Client): Disposable {
  return commands.registerCommand("joblens.submit", (argument: unknown) =>
    tellingFailure(async () => {
      const uri = await askedJob(argument);
      if (!uri) return;
      const job = await window.withProgress(
        { location: ProgressLocation.Notification, title: "Submitting the job to the cluster…" },
        () => client.request(submitRequest, { uri: uri.toString() }),
      );
      if (job) void tellSubmitted(job);
    }),
  );
}

async function tellSubmitted({ name, status, studioUrl }: SubmittedJob): Promise<void> {
  const open = "Open in Studio";
  const buttons = studioUrl === "" ? [] : [open];
  const answer = await window.showInformationMessage(`Job '${name}' is submitted: ${status}.`, ...buttons);
  if (answer === open) await env.openExternal(Uri.parse(studioUrl));
}
