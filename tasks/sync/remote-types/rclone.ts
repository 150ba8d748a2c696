import { rcloneStore } from '../rclone/store';
import { storeKind } from '../session/store';

/** S3, Drive and whatever rclone knows. */
export const kind = storeKind({
  host: 'optional',
  pathFault(path, host) {
    const inner = host ? path : path.replace(/^:?[\w.-]+:/, '');
    if (!host && inner === path)
      return `is \`${path}\`: \`host\` names rclone's remote, or the path begins with it, as in \`s3:bucket/project\``;
    return /^[\s./]*$/.test(inner) ? `is \`${path}\`: a folder is needed, not the whole of it` : undefined;
  },
  open: rcloneStore,
});
