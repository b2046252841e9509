// Starts the language server of redlint and hands it all Python files and notebooks.
const { commands, window, workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

async function start() {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const words = workspace.getConfiguration("redlint").get("command");
  const [command, ...args] = words.map((word) => word.replaceAll("${workspaceFolder}", folder));
  const server = { command, args };
  client = new LanguageClient("redlint", "redlint", server, {
    documentSelector: [{ language: "python" }],
    synchronize: { fileEvents: workspace.createFileSystemWatcher("**/*.{py,pyw,toml}") },
  });
  try {
    await client.start();
  } catch (error) {
    window.showErrorMessage(`redlint: the language server did not start: ${error.message ?? error}`);
  }
}

async function stop() {
  await client?.stop();
  client = undefined;
}

exports.activate = async (context) => {
  const restart = async () => {
    await stop();
    await start();
  };
  context.subscriptions.push(commands.registerCommand("redlint.restart", restart));
  await start();
};

exports.deactivate = stop;
