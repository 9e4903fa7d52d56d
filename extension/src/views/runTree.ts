/** The runs of the opened folder in the Explorer, a sweep with its trials below it; then the workspace's jobs. */

import {
  Disposable,
  EventEmitter,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  Uri,
  window,
} from "vscode";

import type { Client } from "../client";
import { log } from "../log";
import { isFinal, type Sweep, sweepRequest } from "../protocol";
import { type ClusterNode, isClusterNode } from "./jobNodes";
import type { JobTree } from "./jobTree";
import { contextOf, descriptionOf, iconOf, isTrial, type Node, type RunNode, tooltipOf } from "./runNodes";
import type { Run, Runs } from "./runs";

type AnyNode = Node | ClusterNode;

/** Milliseconds between two looks at the sweeps that run. */
const TURN = 1000;

export class RunTree implements Disposable, TreeDataProvider<AnyNode> {
  private readonly changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly sweeps = new Map<string, Sweep>();
  private readonly subscriptions: Disposable;
  private readonly view: TreeView<AnyNode>;
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(
    private readonly client: Client,
    private readonly runs: Runs,
    private readonly jobs: JobTree,
  ) {
    this.view = window.createTreeView("joblens.runTree", { treeDataProvider: this });
    const listening = runs.onChanged(() => {
      this.changed.fire(undefined);
      void this.look();
    });
    this.subscriptions = Disposable.from(this.view, listening, this.followJobs(), this.changed);
  }

  getChildren(node?: AnyNode): AnyNode[] | Promise<AnyNode[]> {
    if (!node) {
      return [...[...this.runs.all()].reverse().map((run) => this.nodeOf(run)), ...this.jobs.roots()];
    }
    if (isClusterNode(node)) return this.jobs.children(node);
    if (isTrial(node)) return [];
    return node.isPast ? this.pastTrials(node.name) : this.trialsOf(node.name);
  }

  private trialsOf(name: string): Node[] {
    const trials = this.sweeps.get(name)?.trials ?? [];
    return trials.map((trial) => ({ name: trial.name, trial }));
  }

  private async pastTrials(name: string): Promise<Node[]> {
    await this.ask(name);
    return this.trialsOf(name);
  }

  getParent(node: AnyNode): AnyNode | undefined {
    if (isClusterNode(node)) return this.jobs.parentOf(node);
    if (!isTrial(node)) return undefined;
    for (const run of this.runs.all()) {
      const trials = this.sweeps.get(run.name)?.trials ?? [];
      if (trials.some(({ name }) => name === node.name)) return this.nodeOf(run);
    }
    return undefined;
  }

  getTreeItem(node: AnyNode): TreeItem {
    if (isClusterNode(node)) return this.jobs.item(node);
    const item = isTrial(node) ? trialItem(node.trial) : runItem(node);
    item.id = node.name;
    item.description = descriptionOf(node);
    item.contextValue = contextOf(node);
    item.iconPath = new ThemeIcon(iconOf(node), colourOf(node));
    return item;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscriptions.dispose();
  }

  /** Lets the jobs know whether they are seen, and shows what comes of it. */
  private followJobs(): Disposable {
    const opens = (open: boolean) => (event: { readonly element: AnyNode }) => {
      if ("workspace" in event.element) this.jobs.see({ open });
    };
    return Disposable.from(
      this.jobs.onChanged(() => {
        this.changed.fire(undefined);
      }),
      this.jobs.onReveal(async (node) => {
        await this.view.reveal(node, { select: false, focus: false, expand: true });
        this.jobs.see({ open: true });
      }),
      this.view.onDidExpandElement(opens(true)),
      this.view.onDidCollapseElement(opens(false)),
      this.view.onDidChangeVisibility(({ visible }) => {
        this.jobs.see({ visible });
      }),
    );
  }

  private nodeOf({ name, title, created, status, isSweep, isPast }: Run): RunNode {
    const sweep = this.sweeps.get(name);
    const ended = sweep?.trials.filter((trial) => isFinal(trial.status)).length ?? 0;
    const detail = sweep ? `${String(ended)} of ${String(sweep.total)} trials` : "";
    return { name, title, created, status, isSweep, detail, isPast };
  }

  /** Asks how the sweeps stand, as long as one goes on, and once after its end. */
  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    clearTimeout(this.timer);
    const open = [...this.runs.all()].filter(
      ({ name, isSweep, isPast, status }) =>
        isSweep && !isPast && !(isFinal(status) && this.isKnownToBeOver(name)),
    );
    for (const { name } of open) {
      const isNew = !this.sweeps.has(name);
      if ((await this.ask(name)) && isNew) await this.open(name);
    }
    this.looking = false;
    if (open.length === 0) return;
    this.changed.fire(undefined);
    this.timer = setTimeout(() => void this.look(), TURN);
  }

  /** Asks how a sweep stands; answers whether that is known now. */
  private async ask(name: string): Promise<boolean> {
    try {
      const sweep = await this.client.request(sweepRequest, { name });
      if (sweep) this.sweeps.set(name, sweep);
      return sweep !== undefined;
    } catch (error) {
      log.warn(`How the sweep '${name}' stands cannot be told:`, error);
      return false;
    }
  }

  /** The Explorer adds the view closed: a sweep that has just started opens it, and leaves the focus. */
  private async open(name: string): Promise<void> {
    this.changed.fire(undefined);
    const run = [...this.runs.all()].find((each) => each.name === name);
    if (run) await this.view.reveal(this.nodeOf(run), { select: false, focus: false, expand: true });
  }

  private isKnownToBeOver(name: string): boolean {
    return isFinal(this.sweeps.get(name)?.status ?? "");
  }
}

function runItem(node: RunNode): TreeItem {
  const { Collapsed, Expanded, None } = TreeItemCollapsibleState;
  const state = node.isSweep ? (node.isPast ? Collapsed : Expanded) : None;
  const item = new TreeItem(node.title, state);
  item.tooltip = tooltipOf(node);
  const command = node.isSweep ? "joblens.showSearch" : "joblens.showLog";
  item.command = { command, title: node.isSweep ? "Show Search" : "Show Log", arguments: [node.name] };
  return item;
}

function trialItem({ number, values, reason, log: file }: Sweep["trials"][number]): TreeItem {
  const item = new TreeItem(`Trial ${String(number)}`);
  item.tooltip = [values, reason].filter(Boolean).join("\n");
  item.command = { command: "vscode.open", title: "Show Log", arguments: [Uri.file(file)] };
  return item;
}

function colourOf(node: Node): ThemeColor | undefined {
  if (isTrial(node) && node.trial.best) return new ThemeColor("charts.green");
  const status = isTrial(node) ? node.trial.status : node.status;
  return status === "Failed" ? new ThemeColor("charts.red") : undefined;
}
