/** "Dry run": shows what would be run, and runs nothing. */

import { commands, type Disposable } from "vscode";

import { askedJob } from "../askedJob";
import type { Client } from "../client";
import { dryRunRequest } from "../protocol";
import { readSettings } from "../settings";
import { tellingFailure } from "../tellFailure";
import type { DryRunText } from "../views/dryRunText";

export function dryRun(client: Client, view: DryRunText): Disposable {
  return commands.registerCommand("joblens.dryRun", (argument: unknown) =>
    tellingFailure(async () => {
      const uri = await askedJob(argument);
      if (!uri) return;
      const { backend } = readSettings(uri);
      const answer = await client.request(dryRunRequest, { uri: uri.toString(), dryRun: true, backend });
      if (answer) await view.show(uri, answer.text);
    }),
  );
}
