/** What Joblens adds to the editor: a list of registrations. */

import type { ExtensionContext } from "vscode";

import { startClient } from "./client";
import { cancelRun } from "./commands/cancelRun";
import { ChosenWorkspace } from "./chosenWorkspace";
import { checkWorkspace } from "./commands/checkWorkspace";
import { chooseWorkspace } from "./commands/chooseWorkspace";
import { dryRun } from "./commands/dryRun";
import { migrateFile } from "./commands/migrateFile";
import { restartServer } from "./commands/restartServer";
import { runActions } from "./commands/runActions";
import { runLocally } from "./commands/runLocally";
import { showLog } from "./commands/showLog";
import { submit } from "./commands/submit";
import { findServer } from "./findServer";
import { indentBelowKeys } from "./indentBelowKeys";
import { log } from "./log";
import { restartOnNewPython } from "./restartOnNewPython";
import { DryRunText } from "./views/dryRunText";
import { Runs } from "./views/runs";
import { WorkspaceStatus } from "./views/workspaceStatus";

export function activate(context: ExtensionContext): void {
  const client = startClient(context, () => findServer(context.extensionUri));
  const runs = new Runs(client);
  const dryRunText = new DryRunText();
  const workspace = new ChosenWorkspace(client, context.workspaceState);
  context.subscriptions.push(
    log,
    runs,
    dryRunText,
    workspace,
    new WorkspaceStatus(client, workspace),
    chooseWorkspace(client, workspace),
    runLocally(client, runs),
    dryRun(client, dryRunText),
    submit(client),
    migrateFile(client),
    cancelRun(client, runs),
    runActions(runs),
    checkWorkspace(client),
    restartServer(client),
    showLog(runs),
    restartOnNewPython(client),
    indentBelowKeys(),
  );
}
