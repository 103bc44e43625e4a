// A person's first visit in a real browser: consent, a database made, a link read live, a failed one tried again,
// signing out. Usage: node first_visit.mjs SERVICE_URL [FOLDER_FOR_SCREENSHOTS]
// Prints one line per step; exits with 1 at the first that fails. Says "database made" once rows may be added.

import assert from "node:assert/strict"
import { createRequire } from "node:module"
import { chromium } from "playwright-core"

const [service, shots] = process.argv.slice(2)
if (!service) {
  console.error("usage: node first_visit.mjs SERVICE_URL [FOLDER_FOR_SCREENSHOTS]")
  process.exit(2)
}
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js")
const PATIENCE = 120_000

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  timeout: PATIENCE,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"],
})
try {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
  context.setDefaultTimeout(PATIENCE)
  const page = await context.newPage()
  const troubles = []
  page.on("console", (line) => line.type() === "error" && troubles.push(`${page.url()}: ${line.text()}`))
  page.on("pageerror", (error) => troubles.push(`${page.url()}: ${error}`))
  const foreign = []
  page.on("request", (request) => {
    const from = page.url().startsWith(service)
    if (from && !request.isNavigationRequest() && !request.url().startsWith(service) && !request.url().startsWith("data:")) {
      foreign.push(request.url())
    }
  })

  /** Looks at a page as somebody who cannot see it would, and takes its picture at phone and desktop width, light and dark. */
  async function looked(name) {
    // The policy of the page lets no script of others in; what the driver evaluates is not stopped by it.
    const { readFileSync } = await import("node:fs")
    await page.evaluate(readFileSync(axe, "utf8"))
    const found = await page.evaluate(() => globalThis.axe.run())
    const broken = found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`)
    assert.deepEqual(broken, [], `accessibility of ${name}`)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
    assert.equal(wide, false, `${name} scrolls sideways on a phone`)
    if (!shots) return
    for (const [width, colorScheme] of [[390, "light"], [390, "dark"], [1280, "light"], [1280, "dark"]]) {
      await page.setViewportSize({ width, height: 844 })
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: `${shots}/${name}-${width}-${colorScheme}.png`, fullPage: true })
    }
    await page.setViewportSize({ width: 390, height: 844 })
    await page.emulateMedia({ colorScheme: "light" })
  }

  function step(words) {
    console.log(words)
  }

  /** A list that is empty now is filled by the next look at Notion, within a second. */
  async function listed() {
    while ((await page.locator("[data-entry]").count()) === 0) await page.reload()
  }

  await page.goto(service)
  await looked("landing")
  await page.click('main a[href="/auth/login"]')
  await page.waitForURL(/oauth\/authorize/)
  await page.click('button[value="cancel"]')
  await page.waitForURL(`${service}/auth/callback**`)
  assert.match(await page.innerText("h1"), /not connected/i)
  await looked("denied")
  step("cancelled")

  await page.click('main a[href="/auth/login"]')
  await page.waitForURL(/oauth\/authorize/)
  for (const share of await page.locator('input[type="checkbox"]').all()) await share.check()
  await page.click('button[value="allow"]')
  await page.waitForURL(`${service}/start**`)
  await looked("start")
  step("signed in")

  await page.click('form[action="/databases/create"] button')
  await page.waitForURL(`${service}/databases/**`)
  await looked("database")
  step("database made")

  await page.goto(`${service}/entries`)
  await page.evaluate(() => (globalThis.untouched = true))
  await page.locator("[data-entry]").first().waitFor()
  // Both links may be found by the same look, in any order.
  const done = page.locator("[data-status]").filter({ hasText: /completed/i })
  const sample = page.locator("[data-entry]").filter({ has: done }).first()
  await sample.waitFor()
  assert.equal(await page.evaluate(() => globalThis.untouched), true, "the list moved without being loaded again")
  await looked("entries")
  step("read live")

  await sample.locator("a[href^='/entries/']").first().click()
  await page.waitForURL(/\/entries\/[0-9a-f-]+$/)
  for (const details of await page.locator("main details > summary").all()) await details.click()
  const words = await page.innerText("main")
  assert.match(words, /TOMATO|SOUP|onion/i, "what was shown stands on the page")
  await looked("entry")
  step("page read")

  await page.goto(`${service}/entries?status=failed`)
  await listed()
  await page.click("[data-entry] a[href^='/entries/']")
  await page.waitForURL(/\/entries\/[0-9a-f-]+$/)
  await looked("failed")
  await page.click("form[action$='/retry'] button")
  await page.waitForLoadState()
  await page.locator("[data-entry] [data-status]").filter({ hasText: /failed/i }).waitFor()
  step("tried again")

  await page.goto(`${service}/databases/new`)
  await looked("choose")
  await page.locator("li", { hasText: "Rezepte" }).locator("a.button").click()
  await page.waitForURL(`${service}/databases/propose**`)
  await page.fill("#instructions", "Nur vegetarische Rezepte")
  await page.click("main form button")
  await page.getByRole("alert").waitFor()
  assert.equal(await page.inputValue("#instructions"), "Nur vegetarische Rezepte", "what was typed is still there")
  await looked("proposal")
  await page.check("#add")
  await page.click("main form button")
  await page.waitForURL(/\/databases\/[0-9a-f-]+\?saved=new$/)
  assert.match(await page.innerText("main"), /Adresse/)
  step("adopted")

  await page.click("a[href$='/import']")
  await page.waitForURL(/\/import$/)
  await looked("import")
  await page.setInputFiles("#file", { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("hello") })
  await page.click("main form button")
  await page.getByRole("alert").waitFor()
  await looked("import_refused")
  await page.setInputFiles("#file", "../it/imports/files/user_data_tiktok_2026.json")
  await page.click("main form button")
  await page.waitForURL(/\/imports\/[0-9a-f-]+$/)
  assert.match(await page.innerText("main"), /Links in the file/)
  await looked("import_preview")
  await page.click("form[action$='/cancel'] button")
  await page.getByText(/stopped/i).waitFor()
  await looked("import_stopped")
  step("a collection looked at")

  for (const path of ["/databases", "/connections", "/start", "/nowhere"]) {
    await page.goto(service + path)
    await looked(path.replaceAll("/", "_").slice(1))
  }

  // Without a script everything is there as well.
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState() })
  const still = await plain.newPage()
  await still.goto(`${service}/entries`)
  assert.ok((await still.locator("[data-entry]").count()) >= 2)
  await plain.close()
  step("read without a script")

  await page.goto(`${service}/entries`)
  await page.keyboard.press("Tab")
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("href")), "#main", "the first stop leads to the content")
  await page.click('form[action="/auth/logout"] button')
  await page.waitForURL(`${service}/`)
  await page.goto(`${service}/entries`)
  await page.locator('main a[href="/auth/login"]').waitFor()
  step("signed out")

  const expected = (line) => /status of (401|403|404)/.test(line)
  assert.deepEqual(troubles.filter((line) => !expected(line)), [], "the browser complains about nothing")
  assert.deepEqual(foreign, [], "nothing is asked of another host")
} finally {
  await browser.close()
}
