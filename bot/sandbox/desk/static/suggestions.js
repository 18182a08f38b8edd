// What could follow what is being typed: commands and their verbs, people, groups, channels.
import { avatar } from "./avatar.js";
import { directory } from "./directory.js";
import { icon } from "./icon.js";
import { VERBS } from "./verbs.js";

const MOST = 8;

function commands(typed) {
  const known = directory.commands.length ? directory.commands : [{
    command: "/release",
    description: "Releases, groups and testers",
    usage_hint: "help",
  }];
  return known.filter(({ command }) => command.startsWith(typed)).map(({ command, description, usage_hint: usage }) => ({
    label: command, usage: usage ?? "", hint: description ?? "", whole: `${command} `, picture: () => icon("bolt"),
  }));
}

function verbs(command, typed) {
  const fitting = (VERBS[command] ?? []).filter(({ verb }) => verb.startsWith(typed) && verb !== typed);
  return fitting.map(({ verb, usage, says }) => ({
    label: `${command} ${verb}`,
    usage,
    hint: says,
    whole: `${command} ${verb} `,
    picture: () => icon("bolt"),
  }));
}

const bare = (handle) => handle.replace(/^@/, "");

function people(typed) {
  const begins = (name) => String(name ?? "").toLowerCase().split(/\s+/).some((part) => part.startsWith(typed));
  const persons = [...directory.people.values()].filter((person) => !person.deleted && person.name);
  const groups = [...directory.usergroups.values()];
  return [
    ...persons.filter((person) => begins(person.name) || begins(person.real_name)).map((person) => ({
      label: directory.nameOf(person.id),
      hint: `@${person.name}`,
      word: `@${person.name} `,
      picture: () => avatar(person.id, "avatar--tiny"),
    })),
    ...groups.filter((group) => begins(bare(group.handle)) || begins(group.name)).map((group) => ({
      label: group.name,
      hint: `@${bare(group.handle)}`,
      word: `@${bare(group.handle)} `,
      picture: () => icon("person"),
    })),
  ];
}

function channels(typed) {
  return [...directory.channels.values()].filter((channel) => !channel.is_im && channel.name.startsWith(typed)).map((channel) => ({
    label: `#${channel.name}`, hint: channel.purpose ?? "", word: `#${channel.name} `, picture: () => icon(channel.is_private ? "lock" : "hash"),
  }));
}

/** Suggestions for the text before the caret: `whole` replaces all of it, `word` its last word. */
export function suggestionsFor(before, { withCommands }) {
  const verb = withCommands && /^(\/\S+) +(\S*)$/.exec(before);
  if (verb && VERBS[verb[1]] && !/^[@#]/.test(verb[2])) return verbs(verb[1], verb[2]);
  if (/^\/\S*$/.test(before)) return withCommands ? commands(before) : [];
  const word = /(?:^|\s)([@#])([\p{L}\p{N}._-]*)$/u.exec(before);
  if (!word) return [];
  const typed = word[2].toLowerCase();
  return (word[1] === "@" ? people(typed) : channels(typed)).slice(0, MOST);
}
