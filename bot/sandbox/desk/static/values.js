// What has been typed and chosen on one surface, in the shape of Slack's `view.state.values`.

const keyOf = (blockId, actionId) => `${blockId}\u0000${actionId}`;

export class Values {
  #held = new Map();

  put(block, element, value) {
    this.#held.set(keyOf(block.block_id, element.action_id), {
      block: block.block_id,
      action: element.action_id,
      value: { type: element.type, ...value },
    });
  }

  /** What is held for an element of the same name and type, or null. */
  held(block, element) {
    const found = this.#held.get(keyOf(block.block_id, element.action_id))?.value;
    return found?.type === element.type ? found : null;
  }

  /** Forget what belongs to blocks that are no longer there. */
  keepOnly(blockIds) {
    for (const [key, entry] of this.#held) if (!blockIds.has(entry.block)) this.#held.delete(key);
  }

  toJSON() {
    const values = {};
    for (const { block, action, value } of this.#held.values()) {
      values[block] ??= {};
      values[block][action] = value;
    }
    return values;
  }
}
