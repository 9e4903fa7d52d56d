/** "Cancel run": ends a run that is going on, asking which where there are several. */

import { commands, type Disposable } from "vscode";

import { askedRun } from "../askedRun";
import type { Client } from "../client";
import { cancelRequest } from "../protocol";
import { tellingFailure } from "../tellFailure";
import { runNameOf } from "../views/runNodes";
import type { Runs } from "../views/runs";

export function cancelRun(client: Client, runs: Runs): Disposable {
  return commands.registerCommand("joblens.cancelRun", (argument: unknown) =>
    tellingFailure(async () => {
      const name = runNameOf(argument) ?? (await askedRun(runs.live(), WHICH));
      if (name !== undefined) await client.request(cancelRequest, { name });
    }),
  );
}

const WHICH = { title: "Cancel which run?", none: "No run is going on." };
