// Holds webhook deliveries against the helper of Notion's own client.
// Reads {"body", "signature", "token", "genuine"} from standard input, one a line; exits with 1 at the first that
// is taken for what it is not.

import assert from "node:assert/strict"
import { createInterface } from "node:readline"
import { verifyWebhookSignature } from "@notionhq/client"

let number = 0
for await (const line of createInterface({ input: process.stdin })) {
  const { body, signature, token, genuine } = JSON.parse(line)
  const taken = await verifyWebhookSignature({ body, signature, verificationToken: token })
  assert.equal(taken, genuine, `${signature} for ${body}`)
  number += 1
}
console.log(`${number} deliveries judged`)
