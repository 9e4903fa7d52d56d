/** What Joblens adds to the editor: a list of registrations. */

import type { ExtensionContext } from "vscode";

import { startClient } from "./client";
import { cancelRun } from "./commands/cancelRun";
import { ChosenWorkspace } from "./chosenWorkspace";
import { checkWorkspace } from "./commands/checkWorkspace";
import { chooseWorkspace } from "./commands/chooseWorkspace";
import { dryRun } from "./commands/dryRun";
import { jobActions } from "./commands/jobActions";
import { migrateFile } from "./commands/migrateFile";
import { openInMlflow } from "./commands/openInMlflow";
import { openRunFolder } from "./commands/openRunFolder";
import { preflight } from "./commands/preflight";
import { restartServer } from "./commands/restartServer";
import { resumeSweep } from "./commands/resumeSweep";
import { runActions } from "./commands/runActions";
import { runLocally } from "./commands/runLocally";
import { runTrial } from "./commands/runTrial";
import { showLog } from "./commands/showLog";
import { showSearch } from "./commands/showSearch";
import { submit } from "./commands/submit";
import { findServer } from "./findServer";
import { indentBelowKeys } from "./indentBelowKeys";
import { log } from "./log";
import { restartOnNewPython } from "./restartOnNewPython";
import { DryRunText } from "./views/dryRunText";
import { JobLogs } from "./views/jobLogs";
import { JobTree } from "./views/jobTree";
import { RunTree } from "./views/runTree";
import { Runs } from "./views/runs";
import { SearchPanels } from "./views/searchPanels";
import { WorkspaceStatus } from "./views/workspaceStatus";

export function activate(context: ExtensionContext): void {
  const client = startClient(context, () => findServer(context.extensionUri));
  const runs = new Runs(client);
  const panels = new SearchPanels(client);
  const dryRunText = new DryRunText();
  const workspace = new ChosenWorkspace(client, context.workspaceState);
  const jobs = new JobTree(client, workspace);
  const jobLogs = new JobLogs(client);
  context.subscriptions.push(
    log,
    runs,
    dryRunText,
    panels,
    jobs,
    jobLogs,
    new RunTree(client, runs, jobs),
    workspace,
    new WorkspaceStatus(client, workspace),
    chooseWorkspace(client, workspace),
    runLocally(client, runs),
    runTrial(client, runs),
    showSearch(runs, panels),
    resumeSweep(client, runs),
    dryRun(client, dryRunText),
    submit(client, workspace, jobs),
    preflight(client),
    jobActions(client, jobs, jobLogs),
    migrateFile(client),
    cancelRun(client, runs),
    runActions(runs),
    openRunFolder(runs),
    openInMlflow(client),
    checkWorkspace(client),
    restartServer(client),
    showLog(runs),
    restartOnNewPython(client),
    indentBelowKeys(),
  );
}
