/** "Check before submitting": what submitting the job would meet, as problems in the file; nothing is sent. */

import { commands, type Disposable, ProgressLocation, window } from "vscode";

import { askedJob } from "../askedJob";
import type { Client } from "../client";
import { preflightRequest } from "../protocol";
import { tellingFailure } from "../tellFailure";

export function preflight(client: Client): Disposable {
  return commands.registerCommand("joblens.preflight", (argument: unknown) =>
    tellingFailure(async () => {
      const uri = await askedJob(argument);
      if (!uri) return;
      const found = await window.withProgress(
        { location: ProgressLocation.Notification, title: "Looking for what would go wrong on the cluster…" },
        () => client.request(preflightRequest, { uri: uri.toString() }),
      );
      if (!found) return;
      const show = "Show Problems";
      const tell = found.errors > 0 ? window.showErrorMessage : window.showInformationMessage;
      const buttons = found.errors + found.warnings > 0 ? [show] : [];
      if ((await tell(found.summary, ...buttons)) === show) {
        await commands.executeCommand("workbench.actions.view.problems");
      }
    }),
  );
}
