/** What a dry run says, in a read-only document beside the job. */

import { posix } from "node:path";

import { type Disposable, EventEmitter, languages, Uri, ViewColumn, window, workspace } from "vscode";

const SCHEME = "joblens-dry-run";
/** The manifest wraps its long lines: a command is to be seen whole. */
const LANGUAGE = "joblens-dry-run";

export class DryRunText implements Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new EventEmitter<Uri>();
  private readonly registration = workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: this.changed.event,
    provideTextDocumentContent: (uri) => this.texts.get(uri.toString()),
  });

  /** One document per job: a second dry run renews the first one's text. */
  async show(job: Uri, text: string): Promise<void> {
    const title = `Dry run of ${posix.basename(job.path)}`;
    const uri = Uri.from({ scheme: SCHEME, path: `/${title}`, query: job.toString() });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    const opened = await workspace.openTextDocument(uri);
    const document = await languages.setTextDocumentLanguage(opened, LANGUAGE);
    await window.showTextDocument(document, {
      viewColumn: ViewColumn.Beside,
      preserveFocus: true,
      preview: true,
    });
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
