/** "Open in MLflow": the page about a run, with its metrics, parameters and files. */

import { commands, type Disposable, env, ProgressLocation, Uri, window } from "vscode";

import type { Client } from "../client";
import { runPageRequest } from "../protocol";
import { tellingFailure } from "../tellFailure";
import { runNameOf } from "../views/runNodes";

export function openInMlflow(client: Client): Disposable {
  return commands.registerCommand("joblens.openInMlflow", (argument: unknown) =>
    tellingFailure(async () => {
      const name = runNameOf(argument);
      if (name === undefined) return;
      // A server that was stopped takes seconds to start.
      const location = { location: ProgressLocation.Window, title: "Joblens: opening MLflow" };
      const page = await window.withProgress(location, async () => client.request(runPageRequest, { name }));
      if (page) await env.openExternal(Uri.parse(page.url));
    }),
  );
}
