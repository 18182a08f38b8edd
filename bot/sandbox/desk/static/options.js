// Where the choices of a select come from: its own list, the bot, or the workspace's directory.
import { avatar } from "./avatar.js";
import { directory } from "./directory.js";
import { words } from "./text.js";

/** A choice = { key, label, hint, picture?, raw }: `raw` is what goes into the state. */
const fromOption = (option) => ({
  key: String(option.value),
  label: words(option.text),
  hint: words(option.description),
  raw: option,
});
const fromUser = (person) => ({
  key: person.id,
  label: directory.nameOf(person.id),
  hint: person.title ?? "",
  picture: () => avatar(person.id, "avatar--tiny"),
  raw: person.id,
});
const fromChannel = (channel) => ({
  key: channel.id,
  label: channel.is_im ? directory.nameOf(channel.with_user) : `#${channel.name}`,
  hint: channel.purpose ?? "",
  raw: channel.id,
});

function grouped(answer) {
  if (answer.option_groups) return answer.option_groups.map((group) => ({
    label: words(group.label),
    choices: group.options.map(fromOption),
  }));
  return [{ label: "", choices: (answer.options ?? []).map(fromOption) }];
}

function fitting(groups, typed) {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return groups;
  const fits = (choice) => `${choice.label} ${choice.hint}`.toLowerCase().includes(wanted);
  return groups.map((group) => ({ ...group, choices: group.choices.filter(fits) })).filter((group) => group.choices.length);
}

function conversations(element, channels) {
  const filter = element.filter ?? {};
  const kindOf = (channel) => (channel.is_im ? "im" : channel.is_private ? "private" : "public");
  const isLeftOut = (channel) => filter.exclude_bot_users && channel.is_im && directory.isBot(channel.with_user);
  const isIncluded = (channel) => !filter.include || filter.include.includes(kindOf(channel));
  return channels.filter((channel) => isIncluded(channel) && !isLeftOut(channel));
}

const base = (type) => type.replace(/^multi_/, "");

export const isExternal = (element) => base(element.type) === "external_select";

/** The groups of choices for what has been typed. */
export async function choicesFor(element, typed, { surface, block }) {
  const kind = base(element.type);
  if (kind === "external_select") return grouped(await surface.options(block, element, typed));
  if (kind === "static_select") return fitting(grouped(element), typed);
  const answer = await directory.refresh();
  if (kind === "users_select") {
    const people = (answer.users ?? []).map((user) => directory.people.get(user.id) ?? user);
    // Apps are people here too, but seldom the ones that are looked for.
    const present = people.filter((user) => !user.deleted).sort((one, other) => Boolean(one.is_bot) - Boolean(other.is_bot));
    return fitting([{ label: "", choices: present.map(fromUser) }], typed);
  }
  const channels = (answer.channels ?? []).filter((channel) => kind === "conversations_select" || !channel.is_im);
  return fitting([{ label: "", choices: conversations(element, channels).map(fromChannel) }], typed);
}

const FIELDS = {
  static_select: ["selected_option", "initial_option"],
  external_select: ["selected_option", "initial_option"],
  users_select: ["selected_user", "initial_user"],
  conversations_select: ["selected_conversation", "initial_conversation"],
  channels_select: ["selected_channel", "initial_channel"],
};

/** The names of the state and of the initial field of this kind of select. */
export function fieldsOf(element) {
  const [selected, initial] = FIELDS[base(element.type)];
  return element.type.startsWith("multi_") ? [`${selected}s`, `${initial}s`] : [selected, initial];
}

/** The choice for a value that is already in the state. */
export function choiceOf(element, raw) {
  if (typeof raw !== "string") return fromOption(raw);
  if (base(element.type) === "users_select") return fromUser(directory.people.get(raw) ?? { id: raw });
  return fromChannel(directory.channels.get(raw) ?? { id: raw, name: raw });
}
