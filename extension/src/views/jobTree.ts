/** The workspace's jobs, as a part of the tree of runs: asked for when they are looked at, and only then. */

import { Disposable, EventEmitter, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from "vscode";

import type { ChosenWorkspace } from "../chosenWorkspace";
import type { Client } from "../client";
import { type Job, type Jobs, jobsRequest } from "../protocol";
import { failureText } from "../tellFailure";
import {
  type ClusterNode,
  jobContext,
  jobDescription,
  jobIcon,
  type JobNode,
  jobTooltip,
  type WordNode,
  type WorkspaceNode,
} from "./jobNodes";

/** Milliseconds between two looks at jobs that go on. */
const TURN = 10_000;
/** Jobs that are asked for at first, and each time that more are wanted. */
const SOME = 20;
/** The key of the workspace's own jobs; those of a sweep or pipeline have its name. */
const TOP = "";

/** What was answered, or why there is no answer. */
type Page = Pick<Jobs, "jobs" | "more"> & { readonly failure?: string };

export class JobTree implements Disposable {
  private readonly changed = new EventEmitter<void>();
  readonly onChanged = this.changed.event;
  private readonly revealing = new EventEmitter<WorkspaceNode>();
  /** The workspace's jobs are to be seen. */
  readonly onReveal = this.revealing.event;
  private readonly subscriptions: Disposable;
  private readonly pages = new Map<string, Page>();
  private root: WorkspaceNode | undefined;
  private most = SOME;
  private isVisible = false;
  private isOpen = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: Client,
    private readonly chosen: ChosenWorkspace,
  ) {
    this.takeWorkspace();
    const listening = chosen.onChange(() => {
      this.takeWorkspace();
    });
    this.subscriptions = Disposable.from(listening, this.changed, this.revealing);
  }

  /** The workspace that is chosen, if there is one. */
  roots(): WorkspaceNode[] {
    return this.root ? [this.root] : [];
  }

  async children(node: ClusterNode): Promise<ClusterNode[]> {
    if ("word" in node) return [];
    const key = "job" in node ? node.job.name : TOP;
    const page = this.pages.get(key) ?? (await this.ask(key));
    this.lookLater();
    return [...page.jobs.map((job) => ({ job, parent: key === TOP ? undefined : key })), ...words(page, key)];
  }

  parentOf(node: ClusterNode): ClusterNode | undefined {
    if (!("job" in node)) return undefined;
    const parent = this.pages.get(TOP)?.jobs.find(({ name }) => name === node.parent);
    return parent ? { job: parent, parent: undefined } : this.root;
  }

  item(node: ClusterNode): TreeItem {
    if ("job" in node) return jobItem(node);
    if ("word" in node) return wordItem(node);
    const item = new TreeItem(node.workspace, TreeItemCollapsibleState.Collapsed);
    const { subscription = "", resourceGroup = "", name = "" } = this.chosen.current ?? {};
    item.id = `workspace/${subscription}/${resourceGroup}/${name}`;
    item.description = "jobs on the cluster";
    item.iconPath = new ThemeIcon("cloud");
    item.contextValue = "workspace";
    return item;
  }

  /** Whether anybody sees the jobs; unseen ones are not asked for. */
  see({ visible = this.isVisible, open = this.isOpen }: { visible?: boolean; open?: boolean }): void {
    const wasSeen = this.isVisible && this.isOpen;
    this.isVisible = visible;
    this.isOpen = open;
    if (!wasSeen && visible && open && this.pages.size > 0) void this.look(true);
    else this.lookLater();
  }

  /** Asks anew for all that is shown. */
  refresh(): Promise<void> {
    return this.look(true);
  }

  /** Shows the jobs as they are now. */
  async reveal(): Promise<void> {
    if (this.pages.size > 0) await this.look(true);
    if (this.root) this.revealing.fire(this.root);
  }

  showMore(): Promise<void> {
    this.most += SOME;
    return this.look(true);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscriptions.dispose();
  }

  private takeWorkspace(): void {
    const name = this.chosen.current?.name;
    this.root = name === undefined ? undefined : { workspace: name };
    this.pages.clear();
    this.most = SOME;
    this.isOpen = false;
    this.changed.fire();
  }

  private async ask(key: string): Promise<Page> {
    const asked = this.root;
    const params = { ...(key === TOP ? {} : { parent: key }), most: key === TOP ? this.most : 1000 };
    let page: Page;
    try {
      page = (await this.client.request(jobsRequest, params)) ?? NOTHING;
    } catch (error) {
      page = { ...(this.pages.get(key) ?? NOTHING), failure: failureText(error) };
    }
    if (asked === this.root) this.pages.set(key, page);
    return page;
  }

  /** Asks how the jobs stand that go on, or all. */
  private async look(all: boolean): Promise<void> {
    clearTimeout(this.timer);
    const before = JSON.stringify([...this.pages]);
    const keys = [...this.pages.keys()].filter((key) => all || this.goesOn(key));
    await Promise.all(keys.map((key) => this.ask(key)));
    if (all || JSON.stringify([...this.pages]) !== before) this.changed.fire();
    this.lookLater();
  }

  private lookLater(): void {
    clearTimeout(this.timer);
    const seen = this.isVisible && this.isOpen;
    if (seen && [...this.pages.keys()].some((key) => this.goesOn(key))) {
      this.timer = setTimeout(() => void this.look(false), TURN);
    }
  }

  private goesOn(key: string): boolean {
    return this.pages.get(key)?.jobs.some(({ isOver }) => !isOver) ?? false;
  }
}

const NOTHING: Page = { jobs: [], more: false };

function words({ jobs, more, failure }: Page, key: string): WordNode[] {
  if (failure !== undefined) return [{ word: "The jobs cannot be listed", kind: "failed", detail: failure }];
  if (more) return [{ word: "More…", kind: "more", detail: "" }];
  const none = key === TOP ? "No job was submitted yet" : "Nothing was started yet";
  return jobs.length === 0 ? [{ word: none, kind: "none", detail: "" }] : [];
}

function wordItem({ word, kind, detail }: WordNode): TreeItem {
  const item = new TreeItem(word);
  item.description = detail;
  item.tooltip = detail;
  if (kind === "failed") item.iconPath = new ThemeIcon("warning");
  if (kind === "failed") item.command = { command: "joblens.refreshJobs", title: "Try Again" };
  if (kind === "more") item.command = { command: "joblens.moreJobs", title: "More Jobs" };
  return item;
}

function jobItem({ job }: JobNode): TreeItem {
  const { Collapsed, None } = TreeItemCollapsibleState;
  const item = new TreeItem(job.displayName || job.name, job.hasChildren ? Collapsed : None);
  item.id = `job/${job.name}`;
  item.description = jobDescription(job, new Date());
  item.tooltip = jobTooltip(job);
  item.contextValue = jobContext(job);
  item.iconPath = new ThemeIcon(jobIcon(job.status), colourOf(job));
  if (!job.hasChildren) {
    item.command = { command: "joblens.showJobLog", title: "Show Log", arguments: [job.name] };
  }
  return item;
}

function colourOf({ status }: Job): ThemeColor | undefined {
  return status === "Failed" ? new ThemeColor("charts.red") : undefined;
}
