-- Drives a headless Neovim: waits for diagnostics, applies one code action, saves. Prints one JSON object per step.
local command = vim.split(vim.env.REDLINT_SERVER, " ")
local wanted = vim.env.REDLINT_ACTION
local patience = 30000

local function tell(step, value)
  io.stdout:write(vim.json.encode({ step = step, value = value }) .. "\n")
end

local function fail(message)
  tell("failed", message)
  vim.cmd("cquit")
end

local function shown()
  return vim.tbl_map(function(one)
    return { row = one.lnum + 1, column = one.col + 1, code = one.code, message = one.message }
  end, vim.diagnostic.get(0))
end

local config = { name = "redlint", cmd = command, root_dir = vim.fn.getcwd() }
local client_id
if vim.lsp.start then
  client_id = vim.lsp.start(config)
else -- before Neovim 0.8
  client_id = vim.lsp.start_client(config)
  vim.lsp.buf_attach_client(0, client_id)
end
if not vim.wait(patience, function() return #vim.diagnostic.get(0) > 0 end, 20) then
  fail("no diagnostics")
end
tell("diagnostics", shown())

local client = vim.lsp.get_client_by_id(client_id)
local first = vim.diagnostic.get(0)[1]
vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col })
local params = vim.lsp.util.make_range_params(0, client.offset_encoding)
params.context = { diagnostics = {} }
local replies = vim.lsp.buf_request_sync(0, "textDocument/codeAction", params, patience)
local actions = replies and replies[client_id] and replies[client_id].result or {}
tell("actions", vim.tbl_map(function(one) return one.title end, actions))
local chosen
for _, one in ipairs(actions) do
  if one.title:find(wanted, 1, true) then
    chosen = chosen or one
  end
end
if not chosen then
  fail("no action " .. wanted)
end
if not chosen.edit then
  chosen = vim.lsp.buf_request_sync(0, "codeAction/resolve", chosen, patience)[client_id].result
end
vim.lsp.util.apply_workspace_edit(chosen.edit, client.offset_encoding)
vim.cmd("silent write")
if not vim.wait(patience, function() return #vim.diagnostic.get(0) == 0 end, 20) then
  fail("diagnostics stay")
end
tell("saved", shown())
client.stop()
vim.wait(patience, function() return client.is_stopped() end, 20)
vim.cmd("quitall")
