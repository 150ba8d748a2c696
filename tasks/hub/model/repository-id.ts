/** `owner/name`, or a name alone: some old repositories have no owner, and a model of a folder has its own name. */
export const repositoryId = /^(?!\.+(?:\/|$))[\w.-]{1,96}(?:\/(?!\.+$)[\w.-]{1,96})?$/;
