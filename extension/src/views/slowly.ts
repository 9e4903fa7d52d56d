/** What takes long: a notification with what is being done, how far it has come, and a way to end it. */

import { ProgressLocation, window } from "vscode";

import type { Client } from "../client";
import type { Request } from "../protocol";

export async function slowly<Params extends object, Answer>(
  client: Client,
  title: string,
  request: Request<Params, Answer>,
  params: Params,
): Promise<Answer | undefined> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    (shown, withdrawn) => {
      let reached = 0;
      const tell = ({ message, percentage = 0 }: { message?: string; percentage?: number }) => {
        const increment = Math.max(0, percentage - reached);
        reached += increment;
        shown.report({ ...(message === undefined ? {} : { message }), increment });
      };
      withdrawn.onCancellationRequested(() => {
        shown.report({ message: "ending it…" });
      });
      return client.requestSlowly(request, params, tell, withdrawn);
    },
  );
}
