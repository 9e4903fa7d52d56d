/** Enter behind a key without a value: VS Code's own rules for YAML leave the next line where the key is. */

import { type Disposable, IndentAction, languages } from "vscode";

const OPENS_BELOW = String.raw`:\s*([|>][-+\d]*\s*)?$`;

export function indentBelowKeys(): Disposable {
  const { Indent: indentAction } = IndentAction;
  return languages.setLanguageConfiguration("yaml", {
    onEnterRules: [
      // Behind a dash the key stands deeper than its line.
      { beforeText: new RegExp(`^\\s*-\\s[^#]*${OPENS_BELOW}`), action: { indentAction, appendText: "  " } },
      { beforeText: new RegExp(`^\\s*[^\\s#].*${OPENS_BELOW}`), action: { indentAction } },
    ],
  });
}
