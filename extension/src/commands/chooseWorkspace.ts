/** "Choose workspace": signs in to Azure, and asks which workspace's names are offered. */

import { commands, type Disposable, type QuickPickItem, window } from "vscode";

import { signedIn } from "../account";
import type { ChosenWorkspace } from "../chosenWorkspace";
import type { Client } from "../client";
import { type Workspace, workspacesRequest } from "../protocol";
import { readSettings } from "../settings";
import { failureText, tellingFailure } from "../tellFailure";

interface Item extends QuickPickItem {
  /** Undefined: no workspace is to be asked any more. */
  readonly workspace?: Workspace;
}

export function chooseWorkspace(client: Client, chosen: ChosenWorkspace): Disposable {
  return commands.registerCommand("joblens.chooseWorkspace", () =>
    tellingFailure(async () => {
      const uri = window.activeTextEditor?.document.uri;
      const editorAccount = await signedIn(readSettings(uri).signIn);
      const item = await picked(client, editorAccount, uri?.toString());
      if (item) await chosen.choose(item.workspace && { ...address(item.workspace), editorAccount });
    }),
  );
}

function address({ subscription, resourceGroup, name }: Workspace): Omit<Workspace, "subscriptionName"> {
  return { subscription, resourceGroup, name };
}

/** The configured workspace is there at once, all others when Azure has answered. */
async function picked(client: Client, editorAccount: boolean, uri?: string): Promise<Item | undefined> {
  const picker = window.createQuickPick<Item>();
  picker.title = "Azure ML workspace";
  picker.placeholder = "Asking Azure for your workspaces…";
  picker.matchOnDescription = true;
  picker.busy = true;
  const answer = new Promise<Item | undefined>((resolve) => {
    picker.onDidAccept(() => {
      resolve(picker.selectedItems[0]);
      picker.hide();
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
  });
  picker.show();
  void fill(picker, client, editorAccount, uri);
  return answer;
}

async function fill(
  picker: { items: readonly Item[]; placeholder: string | undefined; busy: boolean },
  client: Client,
  editorAccount: boolean,
  uri?: string,
): Promise<void> {
  let configured: readonly Workspace[] = [];
  let told = "Choose a workspace: its names are offered in job files.";
  const show = (others: readonly Workspace[]) => {
    const more = others.filter((one) => !configured.some((known) => isSame(one, known)));
    picker.items = [
      ...configured.map((one) => itemOf(one, "configured")),
      ...more.map((one) => itemOf(one)),
      NONE,
    ];
  };
  try {
    const asked = { editorAccount, ...(uri === undefined ? {} : { uri }) };
    configured = (await client.request(workspacesRequest, { ...asked, all: false }))?.workspaces ?? [];
    show([]);
    show((await client.request(workspacesRequest, { ...asked, all: true }))?.workspaces ?? []);
  } catch (error) {
    told = failureText(error);
  }
  picker.placeholder = told;
  picker.busy = false;
}

const NONE: Item = {
  label: "$(circle-slash) No workspace",
  description: "ask Azure for nothing",
  alwaysShow: true,
};

function itemOf(workspace: Workspace, note = ""): Item {
  const where = [note, workspace.resourceGroup, workspace.subscriptionName ?? ""].filter(
    (part) => part !== "",
  );
  return { label: workspace.name, description: where.join(" · "), detail: workspace.subscription, workspace };
}

function isSame(one: Workspace, other: Workspace): boolean {
  const text = ({ subscription, resourceGroup, name }: Workspace) =>
    `${subscription}/${resourceGroup}/${name}`.toLowerCase();
  return text(one) === text(other);
}
