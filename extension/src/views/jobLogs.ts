/** The logs of the workspace's jobs, each in a panel like that of a run here, from its beginning and on. */

import { CancellationTokenSource, commands, Disposable, EventEmitter } from "vscode";

import type { Client } from "../client";
import { followJobRequest, type RunEvent } from "../protocol";
import { failureText } from "../tellFailure";
import { RunTerminal } from "./runTerminal";
import { terminalLines } from "./runText";

interface Log {
  readonly terminal: RunTerminal;
  /** Withdraws what the server was asked for; undefined when nothing more comes. */
  asking: CancellationTokenSource | undefined;
  isWhole: boolean;
}

export class JobLogs implements Disposable {
  private readonly logs = new Map<string, Log>();
  private readonly ended = new EventEmitter<{ readonly name: string; readonly status: string }>();
  /** A job whose log was followed is over. */
  readonly onEnded = this.ended.event;
  private readonly changed = new EventEmitter<void>();
  /** A job whose log is followed has another status. */
  readonly onChanged = this.changed.event;
  private readonly subscriptions: Disposable;

  constructor(private readonly client: Client) {
    const listening = client.onJobEvent((event) => {
      this.add(event);
    });
    this.subscriptions = Disposable.from(listening, this.ended, this.changed);
  }

  /** Shows a job's log; one that was broken off is asked for again. */
  show(name: string): void {
    const known = this.logs.get(name);
    if (known && (known.asking !== undefined || known.isWhole)) {
      known.terminal.reveal();
      return;
    }
    known?.terminal.dispose();
    const asking = new CancellationTokenSource();
    const terminal = new RunTerminal(name, {
      icon: "cloud",
      interrupt: () => commands.executeCommand("joblens.cancelJob", name),
      leave: () => {
        this.leave(name, asking);
      },
    });
    const log: Log = { terminal, asking, isWhole: false };
    this.logs.set(name, log);
    terminal.reveal();
    void this.follow(name, log, asking);
  }

  dispose(): void {
    this.subscriptions.dispose();
    for (const { terminal, asking } of this.logs.values()) {
      asking?.cancel();
      terminal.dispose();
    }
  }

  private async follow(name: string, log: Log, asking: CancellationTokenSource): Promise<void> {
    try {
      const end = await this.client.request(followJobRequest, { name }, asking.token);
      log.isWhole = end !== undefined;
      if (end) this.ended.fire({ name, status: end.status });
    } catch (error) {
      if (!asking.token.isCancellationRequested) this.tellBrokenOff(name, log, error);
    } finally {
      log.asking = undefined;
      asking.dispose();
    }
  }

  private add(event: RunEvent): void {
    const log = this.logs.get(event.name);
    for (const line of terminalLines(event)) log?.terminal.writeLine(line, event.more ? "" : "\r\n");
    if (log && event.kind === "status") this.changed.fire();
  }

  private tellBrokenOff(name: string, log: Log, error: unknown): void {
    const text = `${failureText(error)}\nThe log is broken off here; the job goes on. Show its log again to follow it.`;
    for (const line of terminalLines({ name, kind: "note", text })) log.terminal.writeLine(line);
  }

  /** A panel that the user has closed needs nothing more; what is whole can be shown again. */
  private leave(name: string, asking: CancellationTokenSource): void {
    const log = this.logs.get(name);
    if (log?.asking !== asking) return;
    asking.cancel();
    this.logs.delete(name);
  }
}
