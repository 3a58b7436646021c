// The rule of docs/protocol.md, "Which member reacts": for a pending removal or a request to be added again, one member
// of a group commits, and the others find nothing to do.
const START_MS = 5000
const PER_LEAF_MS = 1000
const MOST_MS = 600_000

/**
 * Milliseconds for which a device waits before it does a task. `leaves` are the indices of all leaves in the group,
 * `own` is that of the device, and `removed` are those that the task removes.
 */
export function delay({ leaves, own, removed = [], random = Math.random }) {
  const first = Math.min(...leaves.filter((leaf) => !removed.includes(leaf)))
  if (own === first) return 0
  return START_MS + random() * Math.min(leaves.length * PER_LEAF_MS, MOST_MS - START_MS)
}

/**
 * Does a task by the rule. `waited` resolves at the end of the delay. `done` resolves when a commit has arrived that did
 * the task, or when the task has ended otherwise. `isOpen()` asks the service whether the task is still to be done.
 * `commit()` builds a commit and sends it. It returns whether the service accepted it; if not, the client has applied
 * the winner's commit. Returns whether this device did the task.
 */
export async function react({ waited, done, isOpen, commit }) {
  let ended = false
  done = done.then(() => { ended = true })
  await Promise.race([waited, done])
  while (!ended && await isOpen()) if (await commit()) return true
  return false
}
