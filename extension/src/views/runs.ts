/** The runs of this folder: a panel each, a line in the status bar, a notification at the end of those that go on. */

import { commands, Disposable, EventEmitter, StatusBarAlignment, window, workspace } from "vscode";

import type { Client } from "../client";
import { log } from "../log";
import {
  type EarlierRun,
  earlierRunsRequest,
  followRunRequest,
  isFinal,
  type RunEvent,
  type StartedRun,
} from "../protocol";
import { tellEnd } from "./runEnd";
import { RunTerminal } from "./runTerminal";
import { statusLine, terminalLines } from "./runText";

/** What is known of one run; its first events may come before the answer that names its folder. */
export interface Run {
  readonly name: string;
  readonly terminal: RunTerminal;
  /** What it is called in lists: its name, until the server has told more. */
  title: string;
  created: string;
  status: string;
  isSweep: boolean;
  /** Of another window or day: over, and its log not asked for yet. */
  isPast: boolean;
  folder?: string;
  trackingUrl?: string;
}

/** How many runs of other windows and days are listed. */
const EARLIER = 20;

export class Runs implements Disposable {
  private readonly runs = new Map<string, Run>();
  private readonly statusBar = window.createStatusBarItem("joblens.runs", StatusBarAlignment.Left);
  private readonly subscriptions: Disposable;
  private readonly changed = new EventEmitter<void>();
  /** The runs of other days whose logs were asked for. */
  private readonly asked = new Set<string>();
  /** A run has come, gone, or another status. */
  readonly onChanged = this.changed.event;

  constructor(private readonly client: Client) {
    this.statusBar.name = "Joblens Runs";
    this.subscriptions = Disposable.from(
      client.onRunEvent((event) => {
        this.add(event);
      }),
      client.onStopped(() => {
        this.loseSight();
      }),
      client.onRunning(() => void this.recall()),
    );
  }

  /** Follows a run that has just been started. */
  show(started: StartedRun): void {
    const run = this.told(started);
    run.isPast = false;
    run.terminal.reveal();
    this.showStatus();
  }

  /** Shows a run's panel again; false when there is no such run. */
  reveal(name: string): boolean {
    const run = this.runs.get(name);
    run?.terminal.reveal();
    if (run?.isPast === true && !this.asked.has(name)) {
      this.asked.add(name);
      void this.follow(name);
    }
    return run !== undefined;
  }

  /** The runs that are not over. */
  live(): Run[] {
    return [...this.runs.values()].filter((run) => !run.isPast && !isFinal(run.status));
  }

  /** All runs, in the order in which they were started. */
  all(): Iterable<Run> {
    return this.runs.values();
  }

  /** The sweeps, the newest first. */
  sweeps(): Run[] {
    return [...this.runs.values()].filter((run) => run.isSweep).reverse();
  }

  /** The folder of a run that this editor started, as soon as the server has named it. */
  folderOf(name: string): string | undefined {
    return this.runs.get(name)?.folder;
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.statusBar.dispose();
    this.changed.dispose();
    for (const run of this.runs.values()) run.terminal.dispose();
  }

  private run(name: string): Run {
    const known = this.runs.get(name);
    if (known) return known;
    const interrupt = () => commands.executeCommand("joblens.cancelRun", name);
    const terminal = new RunTerminal(name, { icon: "play", interrupt });
    const unknown = { title: name, created: "", status: "Starting", isSweep: false, isPast: false };
    const run = { name, terminal, ...unknown };
    this.runs.set(name, run);
    return run;
  }

  /** The run with what the server tells of it. */
  private told({ name, title, folder, sweep, created }: StartedRun): Run {
    const run = this.run(name);
    run.terminal.title = title;
    return Object.assign(run, { title, folder, created, isSweep: sweep });
  }

  private add(event: RunEvent): void {
    const run = this.run(event.name);
    if (event.trackingUrl !== undefined) run.trackingUrl = event.trackingUrl;
    for (const line of terminalLines(event)) run.terminal.writeLine(line, event.more ? "" : "\r\n");
    if (event.status === undefined || event.status === run.status) return;
    if (run.isPast && !isFinal(event.status)) return; // what is told is its history
    run.status = event.status;
    if (isFinal(event.status) && !run.isPast) void tellEnd(run, event.exitCode);
    this.showStatus();
  }

  /** Lists what other windows, terminals and days began; what goes on is followed as if it had begun here. */
  private async recall(): Promise<void> {
    if (!workspace.isTrusted) return;
    try {
      const earlier = (await this.client.request(earlierRunsRequest, { most: EARLIER }))?.runs ?? [];
      const unknown = earlier.filter(({ name }) => !this.runs.has(name)).reverse();
      for (const one of unknown) this.list(one);
      this.showStatus();
      for (const { name } of unknown.filter(({ live }) => live)) await this.follow(name);
    } catch (error) {
      log.warn("Earlier runs are not listed:", error);
    }
  }

  private list(earlier: EarlierRun): void {
    const { status, live, trackingUrl } = earlier;
    const run = Object.assign(this.told(earlier), { status, isPast: !live });
    if (trackingUrl !== null) run.trackingUrl = trackingUrl;
  }

  private async follow(name: string): Promise<void> {
    try {
      await this.client.request(followRunRequest, { name });
    } catch (error) {
      log.warn(`What happened in '${name}' is not told:`, error);
    }
  }

  /** Without a server no news comes; the runs themselves go on. */
  private loseSight(): void {
    for (const { name } of this.live()) {
      const text = `The language server stopped; the run goes on. Its log: joblens job stream ${name}`;
      this.add({ name, kind: "note", text });
      this.runs.delete(name);
    }
    this.showStatus();
  }

  private showStatus(): void {
    this.changed.fire();
    void commands.executeCommand("setContext", "joblens.hasRuns", this.runs.size > 0);
    const live = this.live();
    void commands.executeCommand("setContext", "joblens.hasLiveRuns", live.length > 0);
    if (live.length === 0) {
      this.statusBar.hide();
      return;
    }
    this.statusBar.text = statusLine(live);
    this.statusBar.tooltip = "Show the run's log, cancel it, or open its folder";
    this.statusBar.command = "joblens.runActions";
    this.statusBar.show();
  }
}
