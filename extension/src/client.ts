/** Starts, restarts and asks the language server; the only file that speaks LSP. */

import { randomUUID } from "node:crypto";

import { type CancellationToken, type Disposable, EventEmitter, type ExtensionContext } from "vscode";
import {
  CloseAction,
  ErrorAction,
  type ErrorHandler,
  LanguageClient,
  State,
  WorkDoneProgress,
  WorkDoneProgressCancelNotification,
} from "vscode-languageclient/node";

import { log } from "./log";
import { editorToken } from "./account";
import {
  JOB_EVENT,
  OWN_EXTENSION,
  type Progress,
  RUN_EVENT,
  type Request,
  type RunEvent,
  TOKEN,
  type TokenParams,
  WORKSPACE_STATE,
  type WorkspaceState,
} from "./protocol";
import type { ServerCommand } from "./server";
import { tellFailure, tellingFailure } from "./tellFailure";
import { withoutTokens } from "./withoutTokens";

/** Finds out how to start the server; undefined when it cannot be, and the user has been told why. */
export type FindServer = () => Promise<ServerCommand | undefined>;

export class Client implements Disposable {
  private readonly runEvents = new EventEmitter<RunEvent>();
  readonly onRunEvent = this.runEvents.event;
  private readonly jobEvents = new EventEmitter<RunEvent>();
  readonly onJobEvent = this.jobEvents.event;
  private readonly stopped = new EventEmitter<void>();
  /** The server is gone: asked to, or crashed; a crashed one is started again. */
  readonly onStopped = this.stopped.event;
  private readonly workspaceStates = new EventEmitter<WorkspaceState>();
  readonly onWorkspaceState = this.workspaceStates.event;
  private readonly running = new EventEmitter<void>();
  /** The server is up: for the first time, or again. */
  readonly onRunning = this.running.event;
  private client: LanguageClient | undefined;
  /** The start or stop under way, so that two restarts never overlap. */
  private busy: Promise<void> = Promise.resolve();

  constructor(private readonly findServer: FindServer) {}

  start(): Promise<void> {
    return this.afterwards(() => this.startNow());
  }

  restart(): Promise<void> {
    return this.afterwards(async () => {
      await this.stopNow();
      await this.startNow();
    });
  }

  /** Asks the server, starting it first if it is not there (any more); undefined when there is none to ask. */
  async request<Params, Answer>(
    request: Request<Params, Answer>,
    params: Params,
    withdrawn?: CancellationToken,
  ): Promise<Answer | undefined> {
    // An absent token would be taken for a second parameter.
    const more = withdrawn ? [withdrawn] : [];
    return (await this.ready())?.sendRequest<Answer>(request.method, params, ...more);
  }

  /** As `request`, for what takes long: `tell` hears how far it has come; withdrawn, it ends in good order. */
  async requestSlowly<Params extends object, Answer>(
    request: Request<Params, Answer>,
    params: Params,
    tell: (progress: Progress) => void,
    withdrawn: CancellationToken,
  ): Promise<Answer | undefined> {
    const token = randomUUID();
    const client = await this.ready();
    if (!client) return undefined;
    const listening = client.onProgress(WorkDoneProgress.type, token, (value) => {
      if (value.kind === "report") tell(value);
    });
    const ending = withdrawn.onCancellationRequested(
      () => void client.sendNotification(WorkDoneProgressCancelNotification.type, { token }),
    );
    try {
      return await client.sendRequest<Answer>(request.method, { ...params, workDoneToken: token });
    } finally {
      listening.dispose();
      ending.dispose();
    }
  }

  dispose(): void {
    void this.afterwards(() => this.stopNow());
    this.runEvents.dispose();
    this.jobEvents.dispose();
    this.stopped.dispose();
    this.running.dispose();
    this.workspaceStates.dispose();
  }

  private async ready(): Promise<LanguageClient | undefined> {
    if (this.client?.state === State.Stopped) await this.restart();
    else if (!this.client) await this.start();
    await this.busy;
    return this.client;
  }

  private afterwards(step: () => Promise<void>): Promise<void> {
    this.busy = this.busy.then(step, step);
    return this.busy;
  }

  private async startNow(): Promise<void> {
    if (this.client) return;
    const server = await this.findServer();
    if (!server) return;
    const client = languageClient(server);
    client.onNotification(RUN_EVENT, (event: RunEvent) => {
      this.runEvents.fire(event);
    });
    client.onNotification(JOB_EVENT, (event: RunEvent) => {
      this.jobEvents.fire(event);
    });
    client.onNotification(WORKSPACE_STATE, (state: WorkspaceState) => {
      this.workspaceStates.fire(state);
    });
    client.onRequest(TOKEN, async ({ scope }: TokenParams) => ({ token: await editorToken(scope) }));
    client.onDidChangeState(({ newState }) => {
      log.info(`The language server is ${STATES[newState]}.`);
      if (newState === State.Stopped) this.stopped.fire();
      if (newState === State.Running) this.running.fire();
    });
    try {
      await client.start();
    } catch (error) {
      throw new Error(`Joblens's language server does not start with ${server.command}.`, { cause: error });
    }
    this.client = client;
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      // It is just crashing, or starting anew after a crash: there is nothing to stop.
      log.warn("The language server did not stop in good order:", error);
    }
  }
}

const STATES = {
  [State.Stopped]: "stopped",
  [State.Starting]: "starting",
  [State.StartFailed]: "not starting",
  [State.Running]: "running",
};

function languageClient({ command, args, env }: ServerCommand): LanguageClient {
  const client: LanguageClient = new QuietClient(
    "joblens",
    "Joblens",
    { command, args: [...args], options: { env } },
    {
      documentSelector: [
        { scheme: "file", language: "yaml" },
        { scheme: "untitled", language: "yaml" },
      ],
      initializationOptions: { [OWN_EXTENSION]: true },
      outputChannel: log,
      traceOutputChannel: withoutTokens(log),
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue }),
        closed: () => afterEnd.closed(),
      },
    },
  );
  const afterEnd = restartIfItRan(client);
  return client;
}

/** Its troubles go to the log; a popup comes from us, once, and only where the user can do something. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** A server that crashes is started again, up to four times in three minutes; one that never ran is not. */
function restartIfItRan(client: LanguageClient): Pick<ErrorHandler, "closed"> {
  const restarting = client.createDefaultErrorHandler(4);
  let ran = false;
  client.onDidChangeState(({ newState }) => (ran ||= newState === State.Running));
  return {
    closed: async () => {
      if (!ran) return { action: CloseAction.DoNotRestart };
      const next = await restarting.closed();
      if (next.action === CloseAction.DoNotRestart) void tellFailure(next.message);
      return next;
    },
  };
}

/** Registers the client with the extension and starts it. */
export function startClient(context: ExtensionContext, findServer: FindServer): Client {
  const client = new Client(findServer);
  context.subscriptions.push(client);
  void tellingFailure(() => client.start());
  return client;
}
