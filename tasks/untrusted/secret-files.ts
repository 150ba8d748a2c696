/** Whether a file, by where it lies and what it is called, is one that holds a secret: a cure never opens it to others. */
export const isSecretFile = (file: string): boolean =>
  /(?:^|[\\/])(?:token|stored_tokens|\.?rclone\.conf|[._]netrc|\.env(?:\..+)?|credentials(?:\.json)?|id_[a-z0-9_]+|.+\.(?:pem|key|p12))$/i.test(
    file,
  ) || /[\\/]\.(?:ssh|aws|gnupg)[\\/]/.test(file);
