/** What can be done with a job in the workspace: its log, its outputs, its page in the studio, its end. */

import { commands, Disposable, env, Uri, window, workspace } from "vscode";

import type { Client } from "../client";
import { archiveJobRequest, cancelJobRequest, downloadJobRequest, type Job } from "../protocol";
import { tellingFailure } from "../tellFailure";
import type { JobLogs } from "../views/jobLogs";
import { jobNameOf, jobOf } from "../views/jobNodes";
import type { JobTree } from "../views/jobTree";
import { openFolder } from "../views/runEnd";
import { runNameOf } from "../views/runNodes";
import { slowly } from "../views/slowly";

export function jobActions(client: Client, jobs: JobTree, logs: JobLogs): Disposable {
  const named = (act: (name: string) => unknown) => (argument: unknown) =>
    tellingFailure(async () => {
      const name = jobNameOf(argument);
      if (name !== undefined) await act(name);
    });
  return Disposable.from(
    commands.registerCommand("joblens.refreshJobs", () => jobs.refresh()),
    commands.registerCommand("joblens.moreJobs", () => jobs.showMore()),
    commands.registerCommand(
      "joblens.showJobLog",
      named((name) => {
        logs.show(name);
      }),
    ),
    commands.registerCommand(
      "joblens.downloadJob",
      named((name) => download(client, name)),
    ),
    commands.registerCommand(
      "joblens.cancelJob",
      named((name) => cancel(client, jobs, name)),
    ),
    commands.registerCommand(
      "joblens.archiveJob",
      named((name) => archive(client, jobs, name)),
    ),
    commands.registerCommand("joblens.copyJobName", (argument: unknown) =>
      // A run of this machine has a name, too.
      env.clipboard.writeText(jobNameOf(argument) ?? runNameOf(argument) ?? ""),
    ),
    commands.registerCommand("joblens.openJobInStudio", (argument: unknown) => openInStudio(jobOf(argument))),
    logs.onChanged(() => void jobs.refresh()),
    logs.onEnded(({ name, status }) => {
      void tellEnd(name, status);
    }),
  );
}

async function download(client: Client, name: string): Promise<void> {
  const [into] =
    (await window.showOpenDialog({
      title: `Download what '${name}' has made, into a folder of its name`,
      openLabel: "Download Here",
      canSelectFiles: false,
      canSelectFolders: true,
      ...beside(),
    })) ?? [];
  if (!into) return;
  const params = { name, folder: Uri.joinPath(into, name).fsPath };
  const got = await slowly(client, `Downloading what '${name}' has made`, downloadJobRequest, params);
  if (!got) return;
  const open = "Open Folder";
  const brought = `Job '${name}': ${counted(got.files, "file")} downloaded to ${got.folder}.`;
  const said = [brought, ...got.notes].join(" ");
  void Promise.resolve(window.showInformationMessage(said, open)).then((answer) =>
    answer === open ? openFolder(Uri.file(got.folder)) : undefined,
  );
}

/** The dialog begins in the folder that is open. */
function beside(): { defaultUri?: Uri } {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  return folder ? { defaultUri: folder } : {};
}

async function cancel(client: Client, jobs: JobTree, name: string): Promise<void> {
  const yes = "Cancel Job";
  const asked = `Cancel the job '${name}' on the cluster?`;
  if ((await window.showWarningMessage(asked, { modal: true }, yes)) !== yes) return;
  await client.request(cancelJobRequest, { name });
  await jobs.refresh();
}

async function archive(client: Client, jobs: JobTree, name: string): Promise<void> {
  await client.request(archiveJobRequest, { name });
  await jobs.refresh();
}

async function openInStudio(job: Job | undefined): Promise<void> {
  if (job && job.studioUrl !== "") await env.openExternal(Uri.parse(job.studioUrl));
}

async function tellEnd(name: string, status: string): Promise<void> {
  const get = "Download Outputs";
  const tell = status === "Failed" ? window.showErrorMessage : window.showInformationMessage;
  const answer = await tell(`Job '${name}' on the cluster: ${status}.`, get);
  if (answer === get) await commands.executeCommand("joblens.downloadJob", name);
}

function counted(number: number, what: string): string {
  return number === 1 ? `1 ${what}` : `${number} ${what}s`;
}
