/** "Run one trial": shows the values that it would have, to be changed or confirmed, and runs what was shown. */

import { commands, type Disposable, type QuickPickItem, window } from "vscode";

import { askedJob } from "../askedJob";
import type { Client } from "../client";
import { runRequest, type TrialValue, trialRequest } from "../protocol";
import { readSettings } from "../settings";
import { tellingFailure } from "../tellFailure";
import type { Runs } from "../views/runs";

interface Choice extends QuickPickItem {
  readonly run?: true;
  readonly again?: true;
  readonly changes?: TrialValue;
}

export function runTrial(client: Client, runs: Runs): Disposable {
  return commands.registerCommand("joblens.runTrial", (argument: unknown) =>
    tellingFailure(async () => {
      const uri = await askedJob(argument);
      if (!uri) return;
      const values = await chosenValues(client, uri.toString());
      if (!values) return;
      const trial = Object.fromEntries(values.map(({ name, value }) => [name, value]));
      const { backend } = readSettings(uri);
      const started = await client.request(runRequest, {
        uri: uri.toString(),
        dryRun: false,
        backend,
        trial,
      });
      if (started) runs.show(started);
    }),
  );
}

/** What the user confirmed; undefined when nothing is to run. */
async function chosenValues(client: Client, uri: string): Promise<readonly TrialValue[] | undefined> {
  let values: readonly TrialValue[] | undefined;
  for (let number = 0; ;) {
    values ??= (await client.request(trialRequest, { uri, number }))?.values;
    if (!values) return undefined;
    const chosen = await window.showQuickPick(choices(values), {
      title: "Run One Trial",
      placeHolder: "Nothing runs before you say so. Choose a value to change it",
      ignoreFocusOut: true,
    });
    if (!chosen) return undefined;
    if (chosen.run) return values;
    if (chosen.again) {
      number += 1;
      values = undefined;
    } else if (chosen.changes) {
      values = await changed(values, chosen.changes);
    }
  }
}

function choices(values: readonly TrialValue[]): Choice[] {
  const said = values.map(({ name, value }) => `${name}=${value}`).join(", ");
  return [
    { label: "$(play) Run this trial", description: said, run: true },
    ...values.map((each) => ({
      label: `$(edit) ${each.name}: ${each.value}`,
      description: each.distribution,
      changes: each,
    })),
    { label: "$(refresh) Draw other values", again: true },
  ];
}

async function changed(values: readonly TrialValue[], one: TrialValue): Promise<readonly TrialValue[]> {
  const value = await window.showInputBox({
    title: `Value of ${one.name}`,
    prompt: one.distribution,
    value: one.value,
    ignoreFocusOut: true,
  });
  if (value === undefined || value.trim() === "") return values;
  return values.map((each) => (each.name === one.name ? { ...each, value } : each));
}
