/** "Run locally": starts the job on this machine and follows it. */

import { commands, type Disposable } from "vscode";

import { askedJob } from "../askedJob";
import type { Client } from "../client";
import { runRequest } from "../protocol";
import { readSettings } from "../settings";
import { tellingFailure } from "../tellFailure";
import type { Runs } from "../views/runs";

export function runLocally(client: Client, runs: Runs): Disposable {
  return commands.registerCommand("joblens.runLocally", (argument: unknown) =>
    tellingFailure(async () => {
      const uri = await askedJob(argument);
      if (!uri) return;
      const { backend } = readSettings(uri);
      const started = await client.request(runRequest, { uri: uri.toString(), dryRun: false, backend });
      if (started) runs.show(started);
    }),
  );
}
