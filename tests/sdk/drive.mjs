// Drives an emulated Notion with Notion's own client: what the client cannot do here, our users could not do there.
// Usage: node drive.mjs URL INTERNAL_TOKEN CLIENT_ID CLIENT_SECRET REDIRECT_URI.
// Prints one line per check; exits with 1 at the first that fails.

import assert from "node:assert/strict"
import { APIErrorCode, APIResponseError, Client, UnknownHTTPResponseError, collectPaginatedAPI } from "@notionhq/client"

const [url, internal, client_id, client_secret, redirect_uri] = process.argv.slice(2)
if (!redirect_uri) {
  console.error("usage: node drive.mjs URL INTERNAL_TOKEN CLIENT_ID CLIENT_SECRET REDIRECT_URI")
  process.exit(2)
}

const quiet = { baseUrl: url, logLevel: "error", logger: () => {}, timeoutMs: 10_000 }
// Everything below the first checks is done with the tokens of the consent.
let token
let notion = new Client(quiet)
const client = { client_id, client_secret }
const words = (content) => [{ type: "text", text: { content } }]
const plain = (items) => items.map((item) => item.plain_text).join("")
const paragraph = (content, children) => ({
  type: "paragraph",
  paragraph: { rich_text: words(content), ...(children ? { children } : {}) },
})

/** Expects Notion to refuse with this status and code, and a message that says why. */
async function refused(call, status, code, message) {
  let answer
  try {
    answer = await call
  } catch (error) {
    assert.ok(APIResponseError.isAPIResponseError(error), `not an API error: ${error}`)
    assert.deepEqual([error.status, error.code], [status, code], error.message)
    assert.match(error.message, message)
    assert.ok(error.request_id, "an error carries a request id")
    return error
  }
  assert.fail(`was not refused: ${JSON.stringify(answer).slice(0, 200)}`)
}

/** Expects the token endpoints to refuse with this status and OAuth error; the client knows no such codes. */
async function unauthorised(call, status, code) {
  await assert.rejects(call, (error) => {
    assert.ok(UnknownHTTPResponseError.isUnknownHTTPResponseError(error), `not such an error: ${error}`)
    const body = JSON.parse(error.body)
    assert.deepEqual([error.status, body.error], [status, code], error.body)
    assert.ok(body.request_id && body.error_description)
    return true
  })
}

/** Opens the consent page and presses a button, as a person in a browser without JavaScript does. */
async function consent(decision, state) {
  const query = new URLSearchParams({ client_id, response_type: "code", owner: "user", redirect_uri, state })
  const page = await (await fetch(`${url}/v1/oauth/authorize?${query}`)).text()
  const form = new URLSearchParams({ decision })
  const hidden = [...page.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)]
  const plain = (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code))
  for (const [, name, value] of hidden) form.append(name, plain(value))
  form.append("workspace", page.match(/<option value="([^"]+)"/)[1])
  for (const [, id] of page.matchAll(/name="share" value="([^"]+)"/g)) form.append("share", id)
  const answer = await fetch(`${url}/v1/oauth/authorize`, { method: "POST", body: form, redirect: "manual" })
  assert.equal(answer.status, 302, await answer.text())
  const back = new URL(answer.headers.get("location"))
  assert.equal(`${back.origin}${back.pathname}`, redirect_uri)
  assert.equal(back.searchParams.get("state"), state)
  return back.searchParams
}

const exchange = (code) => notion.oauth.token({ ...client, grant_type: "authorization_code", code, redirect_uri })
const refresh = (pair) => notion.oauth.token({ ...client, grant_type: "refresh_token", refresh_token: pair.refresh_token })
const bot = (pair) => new Client({ ...quiet, auth: pair.access_token })

const invalid = (call, message) => refused(call, 400, APIErrorCode.ValidationError, message)

const schema = {
  Name: { title: {} },
  Link: { url: {}, description: "where the video is" },
  Status: { select: { options: [{ name: "pending", color: "gray" }, { name: "completed", description: "all done" }] } },
  Stage: { status: {} },
  Summary: { rich_text: {} },
  Servings: { number: { format: "number" } },
  Tags: { multi_select: { options: [] } },
  Cooked: { checkbox: {} },
  When: { date: {} },
  Mail: { email: {} },
  Phone: { phone_number: {} },
  Who: { people: {} },
  Files: { files: {} },
  Where: { place: {} },
  Made: { created_time: {} },
  Formula: { formula: { expression: "1 + 1" } },
}

const state = {}
const checks = {
  async "a person who says no sends no code"() {
    const back = await consent("cancel", "s1")
    assert.deepEqual([back.get("error"), back.get("code")], ["access_denied", null])
  },

  async "a consent becomes tokens"() {
    const code = (await consent("allow", "a/b c&d")).get("code")
    const pair = await exchange(code)
    assert.equal(pair.token_type, "bearer")
    assert.equal(pair.owner.type, "user")
    assert.ok(pair.owner.user.person.email)
    assert.ok(pair.refresh_token && pair.bot_id && pair.workspace_id && pair.workspace_name)
    assert.equal(pair.duplicated_template_id, null)
    assert.equal((await bot(pair).users.me({})).id, pair.bot_id)
    await unauthorised(exchange(code), 400, "invalid_grant")
    state.pair = pair
  },

  async "a code needs the right client and the right redirect"() {
    const code = (await consent("allow", "s2")).get("code")
    const ask = (changes) =>
      notion.oauth.token({ ...client, grant_type: "authorization_code", code, redirect_uri, ...changes })
    await unauthorised(ask({ client_secret: "wrong" }), 401, "invalid_client")
    await unauthorised(ask({ client_id: "nobody" }), 401, "invalid_client")
    await unauthorised(ask({ redirect_uri: "http://127.0.0.1:1/" }), 400, "invalid_grant")
    await invalid(ask({ grant_type: "password" }), /grant_type should be/)
  },

  async "a refresh replaces both tokens"() {
    const next = await refresh(state.pair)
    assert.equal(next.bot_id, state.pair.bot_id)
    await refused(bot(state.pair).users.me({}), 401, APIErrorCode.Unauthorized, /token is invalid/)
    await unauthorised(refresh(state.pair), 400, "invalid_grant")
    assert.equal((await bot(next).users.me({})).id, next.bot_id)
    state.pair = next
  },

  async "a token is looked at and revoked, and another authorization lives on"() {
    const look = (token) => notion.oauth.introspect({ ...client, token })
    const other = await exchange((await consent("allow", "s3")).get("code"))
    assert.equal(other.bot_id, state.pair.bot_id)
    assert.equal((await look(other.access_token)).active, true)
    await notion.oauth.revoke({ ...client, token: other.access_token })
    assert.equal((await look(other.access_token)).active, false)
    await unauthorised(refresh(other), 400, "invalid_grant")
    await unauthorised(notion.oauth.revoke({ ...client, client_secret: "x", token: "y" }), 401, "invalid_client")
    assert.equal((await look(state.pair.access_token)).active, true)
    token = state.pair.access_token
    notion = bot(state.pair)
  },

  async "the token belongs to a bot with a workspace and an upload limit"() {
    const me = await notion.users.me({})
    assert.equal(me.type, "bot")
    assert.equal(me.bot.owner.user.id, state.pair.owner.user.id)
    assert.equal(me.bot.workspace_limits.max_file_upload_size_in_bytes, 5 * 1024 * 1024)
    state.me = me
  },

  async "a database is created in the workspace with its columns and their descriptions"() {
    const database = await notion.databases.create({
      parent: { type: "workspace", workspace: true },
      title: words("Videos"),
      initial_data_source: { properties: schema },
    })
    assert.equal(database.data_sources.length, 1)
    const source = await notion.dataSources.retrieve({ data_source_id: database.data_sources[0].id })
    assert.deepEqual(Object.keys(source.properties).sort(), Object.keys(schema).sort())
    assert.equal(source.properties.Link.description, "where the video is")
    assert.equal(source.properties.Status.select.options[1].description, "all done")
    assert.equal(source.properties.Stage.status.groups.length, 3)
    state.database = database.id
    state.source = source.id
    state.columns = source.properties
  },

  async "an internal integration makes nothing at the top of a workspace"() {
    const inside = new Client({ ...quiet, auth: internal })
    const top = { type: "workspace", workspace: true }
    await invalid(inside.databases.create({ parent: top }), /use a public integration/)
    await invalid(inside.pages.create({ parent: top, properties: {} }), /use a public integration/)
  },

  async "a database is created under a page and stands in its body"() {
    const page = await notion.pages.create({
      parent: { type: "workspace", workspace: true },
      properties: { title: { title: words("Home") } },
    })
    const database = await notion.databases.create({
      parent: { type: "page_id", page_id: page.id },
      title: words("Inline"),
      is_inline: true,
      initial_data_source: { properties: { Name: { title: {} } } },
    })
    assert.deepEqual([database.parent.page_id, database.is_inline], [page.id, true])
    const body = await notion.blocks.children.list({ block_id: page.id })
    assert.deepEqual(body.results.map((block) => [block.type, block.id]), [["child_database", database.id]])
    await invalid(notion.databases.retrieve({ database_id: page.id }), /is a page, not a database/)
    await invalid(notion.pages.retrieve({ page_id: database.id }), /is a database, not a page/)
    const more = await notion.dataSources.create({
      parent: { type: "database_id", database_id: database.id },
      title: words("More"),
      properties: { Title: { title: {} } },
    })
    const named = (await notion.databases.retrieve({ database_id: database.id })).data_sources
    assert.deepEqual(named.map((source) => source.name), ["Inline", "More"])
    assert.equal(named[1].id, more.id)
    const row = (parent) => notion.pages.create({ parent, properties: { title: { title: words("x") } } })
    const error = await invalid(row({ database_id: database.id }), /multiple data sources/)
    assert.deepEqual(error.additional_data.child_data_source_ids, named.map((source) => source.id))
    assert.equal((await row({ data_source_id: more.id })).parent.data_source_id, more.id)
  },

  async "a database tells its data sources"() {
    const database = await notion.databases.retrieve({ database_id: state.database })
    assert.deepEqual(database.data_sources, [{ id: state.source, name: "Videos" }])
  },

  async "a schema grows, is renamed and keeps its ids"() {
    const id = state.columns.Summary.id
    const source = await notion.dataSources.update({
      data_source_id: state.source,
      properties: { [id]: { name: "Notes" }, Extra: { rich_text: {} } },
    })
    assert.equal(source.properties.Notes.id, id)
    const shrunk = await notion.dataSources.update({ data_source_id: state.source, properties: { Extra: null } })
    assert.equal(shrunk.properties.Extra, undefined)
    state.columns = shrunk.properties
  },

  async "columns are added with what they are for, and their options change"() {
    const update = (properties) => notion.dataSources.update({ data_source_id: state.source, properties })
    const options = [{ name: "short" }, { name: "long" }]
    const made = await update({ Length: { select: { options }, description: "how long it is" } })
    assert.equal(made.properties.Length.description, "how long it is")
    const [short, long] = made.properties.Length.select.options
    const renamed = [{ id: short.id, name: "brief", description: "a minute" }, { id: long.id }, { name: "endless" }]
    const changed = await update({ Length: { select: { options: renamed } } })
    const told = changed.properties.Length.select.options.map((option) => [option.name, option.description])
    assert.deepEqual(told, [["brief", "a minute"], ["long", null], ["endless", null]])
    await invalid(update({ Length: { select: { options: [{ id: short.id, color: "red" }] } } }), /Cannot update color/)
    await invalid(update({ Length: { select: { options: [{ name: "a, b" }] } } }), /commas not allowed/)
    await invalid(update({ Length: { description: "alone" } }), /should name the type/)
    await invalid(update({ To: { relation: { data_source_id: state.source } } }), /single_property/)
    await update({ Length: null })
  },

  async "a row is created and gets its default status"() {
    const row = await notion.pages.create({
      parent: { data_source_id: state.source },
      properties: { Name: { title: words("Soup") }, Link: { url: "https://www.tiktok.com/@a/video/1" } },
      children: [paragraph("first")],
    })
    assert.equal(row.parent.type, "data_source_id")
    assert.equal(row.parent.database_id, state.database)
    assert.equal(plain(row.properties.Name.title), "Soup")
    assert.equal(row.properties.Stage.status.name, "Not started")
    assert.equal(row.properties.Status.select, null)
    assert.match(row.last_edited_time, /:00\.000Z$/, "times are rounded down to the minute")
    state.row = row.id
  },

  async "every writable type is written and read back"() {
    const properties = {
      Name: { title: words("Tomato soup") },
      Link: { url: "https://www.instagram.com/reel/x" },
      Status: { select: { name: "completed" } },
      Stage: { status: { name: "Done" } },
      Notes: { rich_text: [{ text: { content: "hot", link: { url: "https://example.com" } }, annotations: { bold: true } }] },
      Servings: { number: 4.5 },
      Tags: { multi_select: [{ name: "soup" }, { name: "winter" }] },
      Cooked: { checkbox: true },
      When: { date: { start: "2026-01-02", end: "2026-01-03" } },
      Mail: { email: "cook@example.com" },
      Phone: { phone_number: "+1 555 0100" },
      Who: { people: [{ id: state.me.bot.owner.user.id }] },
      Files: { files: [{ name: "a.jpg", external: { url: "https://example.com/a.jpg" } }] },
      Where: { place: { lat: 48.1, lon: 11.5, name: "Kitchen" } },
    }
    const row = await notion.pages.update({ page_id: state.row, properties })
    const have = row.properties
    assert.equal(plain(have.Name.title), "Tomato soup")
    assert.equal(have.Link.url, "https://www.instagram.com/reel/x")
    assert.equal(have.Status.select.name, "completed")
    assert.equal(have.Stage.status.name, "Done")
    assert.equal(have.Notes.rich_text[0].href, "https://example.com")
    assert.equal(have.Notes.rich_text[0].annotations.bold, true)
    assert.equal(have.Servings.number, 4.5)
    assert.deepEqual(have.Tags.multi_select.map((tag) => tag.name), ["soup", "winter"])
    assert.equal(have.Cooked.checkbox, true)
    assert.deepEqual(have.When.date, { start: "2026-01-02", end: "2026-01-03", time_zone: null })
    assert.equal(have.Mail.email, "cook@example.com")
    assert.equal(have.Phone.phone_number, "+1 555 0100")
    assert.equal(have.Who.people.length, 1)
    assert.equal(have.Files.files[0].external.url, "https://example.com/a.jpg")
    assert.equal(have.Where.place.name, "Kitchen")
    assert.equal(have.Made.created_time, row.created_time)
  },

  async "a relation links rows and refuses what is no row"() {
    const source = state.source
    const related = { relation: { data_source_id: source, single_property: {} } }
    await notion.dataSources.update({ data_source_id: source, properties: { Related: related } })
    const link = (id) => notion.pages.update({ page_id: state.row, properties: { Related: { relation: [{ id }] } } })
    const row = await link(state.row)
    assert.deepEqual(row.properties.Related.relation.map((to) => to.id), [state.row])
    await invalid(link("not-an-id"), /uuid/i)
    await notion.dataSources.update({ data_source_id: source, properties: { Related: null } })
  },

  async "a column is addressed by its id as well"() {
    const id = state.columns.Servings.id
    const row = await notion.pages.update({ page_id: state.row, properties: { [id]: { number: 2 } } })
    assert.equal(row.properties.Servings.number, 2)
    const item = await notion.pages.properties.retrieve({ page_id: state.row, property_id: id })
    assert.deepEqual([item.object, item.number], ["property_item", 2])
    const title = await notion.pages.properties.retrieve({ page_id: state.row, property_id: "title" })
    assert.equal(title.results[0].title.plain_text, "Tomato soup")
    const few = await notion.pages.retrieve({ page_id: state.row, filter_properties: [id] })
    assert.deepEqual(Object.keys(few.properties), ["Servings"])
  },

  async "values are emptied, and a status falls back to its default"() {
    const row = await notion.pages.update({
      page_id: state.row,
      properties: {
        Servings: { number: null },
        Status: { select: null },
        Stage: { status: null },
        When: { date: null },
        Tags: { multi_select: [] },
        Mail: { email: null },
      },
    })
    assert.equal(row.properties.Servings.number, null)
    assert.equal(row.properties.Status.select, null)
    assert.equal(row.properties.Stage.status.name, "Not started")
    assert.deepEqual(row.properties.Tags.multi_select, [])
  },

  async "cover and icon are set and taken away"() {
    const cover = { external: { url: "https://example.com/c.jpg" } }
    const set = await notion.pages.update({ page_id: state.row, cover, icon: { emoji: "🍲" } })
    assert.equal(set.cover.external.url, "https://example.com/c.jpg")
    assert.equal(set.icon.emoji, "🍲")
    const unset = await notion.pages.update({ page_id: state.row, cover: null, icon: null })
    assert.deepEqual([unset.cover, unset.icon], [null, null])
  },

  async "an unknown name becomes a new option of a select"() {
    const row = await notion.pages.update({
      page_id: state.row,
      properties: { Status: { select: { name: "saving" } } },
    })
    assert.equal(row.properties.Status.select.name, "saving")
    const source = await notion.dataSources.retrieve({ data_source_id: state.source })
    assert.deepEqual(source.properties.Status.select.options.map((o) => o.name), ["pending", "completed", "saving"])
  },

  async "a query pages through all rows"() {
    const servings = Array.from({ length: 7 }, (_, index) => index)
    for (const number of servings) {
      await notion.pages.create({
        parent: { type: "data_source_id", data_source_id: state.source },
        properties: {
          Name: { title: words(`row ${number}`) },
          Servings: { number },
          Status: number % 2 ? { select: { name: "pending" } } : { select: null },
        },
      })
    }
    const rows = await collectPaginatedAPI(notion.dataSources.query, { data_source_id: state.source, page_size: 3 })
    assert.equal(rows.length, 8)
    assert.equal(new Set(rows.map((row) => row.id)).size, 8)
  },

  async "rows that are pending or without a status are found"() {
    const found = await notion.dataSources.query({
      data_source_id: state.source,
      filter: {
        and: [
          { property: "Name", title: { starts_with: "row" } },
          { or: [{ property: "Status", select: { is_empty: true } }, { property: "Status", select: { equals: "pending" } }] },
        ],
      },
      sorts: [{ property: "Servings", direction: "descending" }],
    })
    assert.deepEqual(found.results.map((row) => row.properties.Servings.number), [6, 5, 4, 3, 2, 1, 0])
    assert.equal(found.request_status.type, "complete")
  },

  async "filters know every kind of column"() {
    const names = async (filter) => {
      const found = await notion.dataSources.query({ data_source_id: state.source, filter })
      return found.results.map((row) => plain(row.properties.Name.title)).sort()
    }
    assert.deepEqual(await names({ property: "Servings", number: { greater_than: 5 } }), ["row 6"])
    assert.deepEqual(await names({ property: "Status", select: { equals: ["saving", "completed"] } }), ["Tomato soup"])
    assert.deepEqual(await names({ property: "Cooked", checkbox: { equals: true } }), ["Tomato soup"])
    assert.deepEqual(await names({ property: "Link", url: { contains: "instagram" } }), ["Tomato soup"])
    assert.deepEqual(await names({ property: "Link", url: { is_empty: true } }), [0, 1, 2, 3, 4, 5, 6].map((n) => `row ${n}`))
    assert.equal((await names({ timestamp: "created_time", created_time: { on_or_after: "2020-01-01" } })).length, 8)
    assert.equal((await names({ timestamp: "last_edited_time", last_edited_time: { before: "2020-01-01" } })).length, 0)
    assert.equal((await names({ property: "Stage", status: { does_not_equal: "Done" } })).length, 8)
  },

  async "a filter on a name nobody made is refused"() {
    const query = (filter) => notion.dataSources.query({ data_source_id: state.source, filter })
    await invalid(query({ property: "Status", select: { equals: "cooking" } }), /select option "cooking" not found for property "Status"/)
    await invalid(query({ property: "Nope", select: { is_empty: true } }), /Could not find property with name or id: Nope/)
    await invalid(query({ property: "Status", status: { is_empty: true } }), /does not match filter/)
    await invalid(notion.dataSources.query({ data_source_id: state.source, page_size: 101 }), /page_size/)
    await invalid(notion.dataSources.query({ data_source_id: state.source, start_cursor: "stale" }), /start_cursor/)
  },

  async "blocks are appended, nested two levels deep, and read back in order"() {
    const appended = await notion.blocks.children.append({
      block_id: state.row,
      children: [
        { type: "heading_2", heading_2: { rich_text: words("Recipe"), is_toggleable: true, children: [paragraph("inside")] } },
        paragraph("one", [paragraph("two", [paragraph("three")])]),
        { type: "bulleted_list_item", bulleted_list_item: { rich_text: words("salt") } },
        { type: "numbered_list_item", numbered_list_item: { rich_text: words("boil") } },
        { type: "to_do", to_do: { rich_text: words("buy"), checked: true } },
        { type: "toggle", toggle: { rich_text: words("Transcript"), children: [paragraph("hello")] } },
        { type: "callout", callout: { rich_text: words("careful"), icon: { emoji: "⚠️" } } },
        { type: "quote", quote: { rich_text: words("said") } },
        { type: "divider", divider: {} },
        { type: "image", image: { external: { url: "https://example.com/i.png" } } },
        { type: "bookmark", bookmark: { url: "https://example.com" } },
        { type: "code", code: { rich_text: words("1 + 1"), language: "rust" } },
        {
          type: "table",
          table: {
            table_width: 2,
            has_column_header: true,
            children: [{ type: "table_row", table_row: { cells: [words("what"), words("how much")] } }],
          },
        },
      ],
    })
    const types = appended.results.map((block) => block.type)
    const read = await collectPaginatedAPI(notion.blocks.children.list, { block_id: state.row, page_size: 5 })
    assert.deepEqual(read.map((block) => block.type), ["paragraph", ...types])
    assert.equal(read[1].has_children, true)
    const nested = await notion.blocks.children.list({ block_id: read[2].id })
    assert.equal(plain(nested.results[0].paragraph.rich_text), "two")
    assert.equal(nested.results[0].has_children, true)
    state.blocks = read
  },

  async "a block goes in after another"() {
    const after = state.blocks[0].id
    await notion.blocks.children.append({ block_id: state.row, after, children: [paragraph("second")] })
    const read = await notion.blocks.children.list({ block_id: state.row })
    assert.equal(plain(read.results[1].paragraph.rich_text), "second")
    state.blocks = read.results
  },

  async "a block is changed and deleted"() {
    const [first] = state.blocks
    const changed = await notion.blocks.update({ block_id: first.id, paragraph: { rich_text: words("changed") } })
    assert.equal(plain(changed.paragraph.rich_text), "changed")
    const deleted = await notion.blocks.delete({ block_id: first.id })
    assert.equal(deleted.in_trash, true)
    const read = await notion.blocks.children.list({ block_id: state.row })
    assert.ok(!read.results.some((block) => block.id === first.id))
    await invalid(notion.blocks.update({ block_id: first.id, paragraph: { rich_text: [] } }), /archived/)
  },

  async "a body Notion does not take is refused whole"() {
    const append = (children) => notion.blocks.children.append({ block_id: state.row, children })
    const before = (await notion.blocks.children.list({ block_id: state.row })).results.length
    await invalid(append([paragraph("a", [paragraph("b", [paragraph("c", [paragraph("d")])])])]), /two levels/)
    await invalid(append(Array.from({ length: 101 }, () => paragraph("x"))), /children\.length should be ≤ `100`/)
    await invalid(append([paragraph("fine"), paragraph("x".repeat(2001))]), /≤ `2000`, instead was `2001`/)
    await invalid(append([{ type: "poem", poem: {} }]), /known block type/)
    await invalid(append([{ ...paragraph("x"), archived: false }]), /archived should be not present/)
    await invalid(append([{ type: "divider", divider: { children: [] } }]), /not present/)
    await invalid(append([{ type: "code", code: { rich_text: [], language: "klingon" } }]), /language/)
    await invalid(append([{ type: "heading_1", heading_1: { rich_text: [], children: [paragraph("x")] } }]), /children/)
    const after = (await notion.blocks.children.list({ block_id: state.row })).results.length
    assert.equal(after, before)
  },

  async "a comment is written, read, changed and taken back"() {
    const comment = await notion.comments.create({ parent: { page_id: state.row }, rich_text: words("the video is private") })
    const list = await notion.comments.list({ block_id: state.row })
    assert.deepEqual(list.results.map((one) => plain(one.rich_text)), ["the video is private"])
    await notion.comments.update({ comment_id: comment.id, rich_text: words("it is public now") })
    await notion.comments.delete({ comment_id: comment.id })
    assert.equal((await notion.comments.list({ block_id: state.row })).results.length, 0)
  },

  async "a file is uploaded and attached"() {
    const upload = await notion.fileUploads.create({ mode: "single_part", filename: "frame.png", content_type: "image/png" })
    assert.equal(upload.status, "pending")
    const files = (id) => ({ page_id: state.row, properties: { Files: { files: [{ file_upload: { id }, name: "frame.png" }] } } })
    await invalid(notion.pages.update(files(upload.id)), /pending/)
    const data = new Blob([new Uint8Array([137, 80, 78, 71])], { type: "image/png" })
    const sent = await notion.fileUploads.send({ file_upload_id: upload.id, file: { filename: "frame.png", data } })
    assert.deepEqual([sent.status, sent.content_length], ["uploaded", 4])
    const row = await notion.pages.update(files(upload.id))
    const served = await fetch(row.properties.Files.files[0].file.url)
    assert.equal((await served.arrayBuffer()).byteLength, 4)
    const again = await notion.fileUploads.retrieve({ file_upload_id: upload.id })
    assert.equal(again.status, "uploaded")
  },

  async "a free workspace takes no file in parts"() {
    const parts = { mode: "multi_part", filename: "film.mp4", content_type: "video/mp4", number_of_parts: 2 }
    await invalid(notion.fileUploads.create(parts), /paid plan/)
    const whole = await notion.fileUploads.create({ mode: "single_part", filename: "film.mp4", content_type: "video/mp4" })
    await invalid(notion.fileUploads.complete({ file_upload_id: whole.id }), /multi-part/)
  },

  async "search finds rows and data sources by title"() {
    const rows = await notion.search({ query: "tomato", filter: { property: "object", value: "page" } })
    assert.deepEqual(rows.results.map((page) => page.id), [state.row])
    const sources = await notion.search({ query: "videos", filter: { property: "object", value: "data_source" } })
    assert.deepEqual(sources.results.map((source) => source.id), [state.source])
    await invalid(notion.search({ filter: { property: "object", value: "database" } }), /value should be/)
  },

  async "a search pages through everything that was shared, and through nothing else"() {
    const filter = { property: "object", value: "data_source" }
    const first = await notion.search({ query: "shelf", filter, page_size: 50 })
    assert.deepEqual([first.results.length, first.has_more], [50, true])
    const shelves = await collectPaginatedAPI(notion.search, { query: "shelf", filter })
    assert.equal(new Set(shelves.map((source) => source.id)).size, 120)
    assert.ok(shelves.every((source) => source.object === "data_source"))
    assert.deepEqual((await notion.search({ query: "another workspace", filter })).results, [])
    await invalid(notion.search({ filter, start_cursor: "nonsense" }), /start_cursor/)
    await invalid(notion.search({ filter, page_size: 101 }), /page_size should be/)
  },

  async "values Notion does not take are refused"() {
    const update = (properties) => notion.pages.update({ page_id: state.row, properties })
    await invalid(update({ Stage: { status: { name: "Cooking" } } }), /Status option "Cooking" does not exist/)
    await invalid(update({ Status: { select: { name: "a, b" } } }), /commas not allowed/)
    await invalid(update({ Tags: { multi_select: [{ name: "a, b" }] } }), /commas not allowed/)
    await invalid(update({ Notes: { rich_text: words("x".repeat(2001)) } }), /≤ `2000`, instead was `2001`/)
    await invalid(update({ Notes: { rich_text: words("😀".repeat(1001)) } }), /instead was `2002`/)
    await invalid(update({ Nope: { number: 1 } }), /Nope is not a property that exists/)
    await invalid(update({ Servings: { rich_text: words("4") } }), /Servings is expected to be number/)
    await invalid(update({ Servings: { number: "4" } }), /should be a number/)
    await invalid(update({ When: { date: { start: "tomorrow" } } }), /ISO 8601/)
    await invalid(update({ Link: { url: "not a link" } }), /valid URL/)
    await invalid(update({ Notes: { rich_text: [{ text: { content: "x", link: { url: "" } } }] } }), /Invalid URL for link|length/)
    await invalid(update({ Formula: { formula: { string: "x" } } }), /read-only/)
    await invalid(update({ Made: { created_time: "2026-01-01T00:00:00.000Z" } }), /read-only/)
  },

  async "a refused update leaves nothing behind"() {
    const properties = { Tags: { multi_select: [{ name: "ghost" }] }, Zzz: { number: 1 } }
    await invalid(notion.pages.update({ page_id: state.row, properties }), /Zzz/)
    const source = await notion.dataSources.retrieve({ data_source_id: state.source })
    assert.ok(!source.properties.Tags.multi_select.options.some((option) => option.name === "ghost"))
  },

  async "a row in the trash cannot be edited until it is taken out"() {
    await notion.pages.update({ page_id: state.row, in_trash: true })
    const edit = { page_id: state.row, properties: { Servings: { number: 1 } } }
    await invalid(notion.pages.update(edit), /archived/)
    await invalid(notion.blocks.children.append({ block_id: state.row, children: [paragraph("x")] }), /archived/)
    const rows = await notion.dataSources.query({ data_source_id: state.source })
    assert.ok(!rows.results.some((row) => row.id === state.row))
    await notion.pages.update({ page_id: state.row, in_trash: false })
    await notion.pages.update(edit)
  },

  async "what does not exist is not found"() {
    const id = "00000000-0000-4000-8000-000000000000"
    await refused(notion.pages.retrieve({ page_id: id }), 404, APIErrorCode.ObjectNotFound, /Could not find page/)
    await refused(notion.dataSources.query({ data_source_id: id }), 404, APIErrorCode.ObjectNotFound, /data_source/)
    await refused(notion.blocks.children.list({ block_id: id }), 404, APIErrorCode.ObjectNotFound, /block/)
    await invalid(notion.pages.retrieve({ page_id: "nonsense" }), /valid uuid/)
    await refused(notion.request({ path: "nowhere", method: "get" }), 400, APIErrorCode.InvalidRequestURL, /Invalid request URL/)
  },

  async "a wrong token and a wrong version are refused"() {
    const stranger = new Client({ ...quiet, auth: "ntn_wrong" })
    await refused(stranger.users.me({}), 401, APIErrorCode.Unauthorized, /token is invalid/)
    const old = new Client({ ...quiet, auth: token, notionVersion: "2022-06-28" })
    await invalid(old.users.me({}), /Notion-Version/)
    const bare = await fetch(`${url}/v1/users/me`, { headers: { authorization: `Bearer ${token}` } })
    assert.equal((await bare.json()).code, "missing_version")
  },

  async "a body that is too large or no JSON is refused"() {
    const children = Array.from({ length: 100 }, () => paragraph("x".repeat(1900), [paragraph("y".repeat(1900)), paragraph("z".repeat(1900))]))
    await invalid(notion.blocks.children.append({ block_id: state.row, children }), /500000/)
    const headers = { authorization: `Bearer ${token}`, "notion-version": "2025-09-03", "content-type": "application/json" }
    const broken = await fetch(`${url}/v1/pages`, { method: "POST", headers, body: "{" })
    assert.equal((await broken.json()).code, "invalid_json")
  },

  // The server has switches set for these two addresses: two 429 for the bot, one 529 for its owner.
  async "a rate limit says how long to wait, and the client waits"() {
    const hasty = new Client({ ...quiet, auth: token, retry: false })
    const limited = await refused(hasty.users.retrieve({ user_id: state.me.id }), 429, APIErrorCode.RateLimited, /rate limited/)
    assert.equal(limited.headers.get("retry-after"), "1")
    assert.ok(limited.additional_data.rate_limit_reason)
    const started = Date.now()
    const bot = await notion.users.retrieve({ user_id: state.me.id })
    assert.equal(bot.id, state.me.id)
    assert.ok(Date.now() - started >= 1000, "the client came back too early")
  },

  async "an overload is waited out as well"() {
    const owner = state.me.bot.owner.user.id
    assert.equal((await notion.users.retrieve({ user_id: owner })).type, "person")
  },
}

let number = 0
for (const [name, check] of Object.entries(checks)) {
  number += 1
  try {
    await check()
    console.log(`ok ${number} ${name}`)
  } catch (error) {
    console.log(`not ok ${number} ${name}`)
    console.error(error)
    process.exit(1)
  }
}
console.log(`${number} checks passed`)
