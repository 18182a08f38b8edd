// What the page itself can see to be missing or wrong in a view, before the bot is asked.

const isEmpty = (value) => value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

function answerOf(state) {
  return Object.entries(state ?? {}).find(([name]) => name !== "type")?.[1];
}

function wrongNumber(element, value) {
  const shape = element.is_decimal_allowed ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
  if (!shape.test(value)) return element.is_decimal_allowed ? "Please enter a number." : "Please enter a whole number.";
  if (element.min_value !== undefined && Number(value) < Number(element.min_value)) return `Please enter ${element.min_value} or more.`;
  if (element.max_value !== undefined && Number(value) > Number(element.max_value)) return `Please enter ${element.max_value} or less.`;
  return null;
}

const RULES = {
  number_input: wrongNumber,
  email_text_input: (_, value) => (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? null : "Please enter an e-mail address."),
  url_text_input: (_, value) => (URL.canParse(value) ? null : "Please enter a full address, such as https://example.com."),
  plain_text_input: (element, value) => {
    const length = [...value].length;
    if (element.min_length && length < element.min_length) return `Please enter at least ${element.min_length} characters.`;
    if (element.max_length && length > element.max_length) return `Please enter at most ${element.max_length} characters.`;
    return null;
  },
};

function complaint(block, state) {
  const value = answerOf(state[block.block_id]?.[block.element?.action_id]);
  if (isEmpty(value)) return block.optional ? null : "Please fill this in.";
  return RULES[block.element.type]?.(block.element, value) ?? null;
}

/** A sentence for each input block that cannot be sent as it is. */
export function complaints(blocks, state) {
  const found = {};
  for (const block of blocks ?? []) {
    const sentence = block.type === "input" ? complaint(block, state) : null;
    if (sentence) found[block.block_id] = sentence;
  }
  return found;
}
