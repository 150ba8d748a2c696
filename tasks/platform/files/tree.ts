/**
 * Folders by names of bytes, one character a byte (`latin1`): a file system holds names that are no UTF-8,
 * and as text two of them could be one.
 *
 * The folder itself may be a link that a person made. Below it nothing follows one: the names come from the other side,
 * and so may the links.
 */
export * from './tree-reading';
export * from './tree-writing';
