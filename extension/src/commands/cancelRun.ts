/** "Cancel run": ends a run that is going on, asking which where there are several. */

import { commands, type Disposable, window } from "vscode";

import type { Client } from "../client";
import { cancelRequest } from "../protocol";
import { tellingFailure } from "../tellFailure";
import { runNameOf } from "../views/runNodes";
import type { Runs } from "../views/runs";

export function cancelRun(client: Client, runs: Runs): Disposable {
  return commands.registerCommand("joblens.cancelRun", (argument: unknown) =>
    tellingFailure(async () => {
      const name = runNameOf(argument) ?? (await whichRun(runs.live()));
      if (name !== undefined) await client.request(cancelRequest, { name });
    }),
  );
}

async function whichRun(live: readonly string[]): Promise<string | undefined> {
  if (live.length === 0) void window.showInformationMessage("No run is going on.");
  return live.length > 1 ? window.showQuickPick(live, { title: "Cancel which run?" }) : live[0];
}
