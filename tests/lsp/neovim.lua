-- What a user of Neovim does with a job file, with the editor's own client and nothing else.
-- Reads its orders from STORY (JSON), writes what the editor then holds to `story.answers`.

local story = vim.json.decode(vim.env.STORY)
local told, logged, seen = {}, {}, {}

local function keep(list)
  return function(_, result)
    table.insert(list, result.message)
  end
end
vim.lsp.handlers["window/showMessage"] = keep(told)
vim.lsp.handlers["window/logMessage"] = keep(logged)

local function wait(what, is_so)
  if not vim.wait(120000, is_so, 20) then
    error("waited in vain for " .. what .. "; told: " .. vim.inspect(told))
  end
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

local function go_to(text, offset)
  for row, line in ipairs(lines()) do
    local start = line:find(text, 1, true)
    if start then
      vim.api.nvim_win_set_cursor(0, { row, start - 1 + (offset or 0) })
      return
    end
  end
  error("there is no " .. text)
end

local function diagnostics(buffer)
  return vim.tbl_map(function(one)
    return { code = one.code, row = one.lnum, column = one.col, until_column = one.end_col, message = one.message }
  end, vim.diagnostic.get(buffer))
end

local function choose(wanted)
  vim.ui.select = function(items, options, chosen)
    local titles = vim.tbl_map(options.format_item or tostring, items)
    for index, title in ipairs(titles) do
      if title:find(wanted, 1, true) then
        return chosen(items[index], index)
      end
    end
    error("there is no choice " .. wanted .. " among " .. vim.inspect(titles))
  end
end

local function tell()
  dofile(story.configuration)
  vim.cmd("filetype on")
  vim.cmd("edit " .. story.folder .. "/job.yml")
  local buffer = vim.api.nvim_get_current_buf()
  wait("diagnostics", function()
    return #vim.diagnostic.get(buffer) > 0
  end)
  seen.diagnostics = diagnostics(buffer)
  local id, client = next(vim.lsp.buf_get_clients(buffer))
  seen.encoding = client.offset_encoding
  seen.formats = client.server_capabilities.documentFormattingProvider or false

  go_to("compute")
  vim.lsp.buf.hover()
  local window
  wait("a hover", function()
    for _, one in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(one).relative ~= "" then
        window = one
      end
    end
    return window ~= nil
  end)
  seen.hover = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
  vim.api.nvim_win_close(window, true)

  go_to("${{inputs.whom", #"${{inputs.")
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answer = vim.lsp.buf_request_sync(buffer, "textDocument/completion", params, 120000)[id]
  local items = vim.lsp.util.text_document_completion_list_to_complete_items(answer.result, "")
  seen.completion = vim.tbl_map(function(one)
    return one.word
  end, items)

  local before = vim.api.nvim_win_get_cursor(0)
  vim.lsp.buf.definition()
  wait("a jump", function()
    return not vim.deep_equal(before, vim.api.nvim_win_get_cursor(0))
  end)
  seen.definition = vim.api.nvim_win_get_cursor(0)

  vim.lsp.buf.rename("who")
  wait("a new name", function()
    return table.concat(lines(), "\n"):find("inputs.who}}", 1, true) ~= nil
  end)
  seen.renamed = lines()

  go_to("cod:")
  choose("Change to 'code'")
  vim.lsp.buf.code_action()
  wait("a fix", function()
    return table.concat(lines(), "\n"):find("code:", 1, true) ~= nil
  end)
  seen.fixed = lines()
  wait("no diagnostics", function()
    return #vim.diagnostic.get(buffer) == 0
  end)

  vim.cmd("write")
  vim.lsp.codelens.refresh()
  wait("lenses", function()
    return #vim.lsp.codelens.get(buffer) > 0
  end)
  seen.lenses = vim.tbl_map(function(one)
    return one.command.title
  end, vim.lsp.codelens.get(buffer))
  go_to("description")
  choose("Dry run")
  vim.lsp.codelens.run()
  wait("a dry run", function()
    return #told > 0
  end)
  seen.dry_run = table.remove(told)
  choose("Run locally")
  vim.lsp.codelens.run()
  wait("the end of a run", function()
    return #told > 0
  end)
  seen.run = table.remove(told)
  seen.log = logged

  local check = { command = "joblens.checkWorkspace" }
  seen.checked = client.request_sync("workspace/executeCommand", check, 120000, buffer).result
  local other = vim.uri_to_bufnr(vim.uri_from_fname(story.folder .. "/other.yml"))
  wait("the other file's diagnostics", function()
    return #vim.diagnostic.get(other) > 0
  end)
  seen.other = diagnostics(other)

  seen.messages = vim.fn.execute("messages")

  client.stop()
  wait("the server's end", function()
    return client.is_stopped()
  end)
end

local went_well, why = pcall(tell)
seen.error = not went_well and tostring(why) or nil
local file = assert(io.open(story.answers, "w"))
file:write(vim.json.encode(seen))
file:close()
vim.cmd("qall!")
