/** "Resume sweep": lets a sweep that was canceled, or went down, run the trials that are missing. */

import { commands, type Disposable } from "vscode";

import type { Client } from "../client";
import { resumeRequest } from "../protocol";
import { askedSweep } from "../askedRun";
import { tellingFailure } from "../tellFailure";
import { runNameOf } from "../views/runNodes";
import type { Runs } from "../views/runs";

export function resumeSweep(client: Client, runs: Runs): Disposable {
  return commands.registerCommand("joblens.resumeSweep", (argument: unknown) =>
    tellingFailure(async () => {
      const name = runNameOf(argument) ?? (await askedSweep(runs.sweeps(), "Resume Which Sweep?"));
      if (name === undefined) return;
      const started = await client.request(resumeRequest, { name });
      if (started) runs.show(started);
    }),
  );
}
