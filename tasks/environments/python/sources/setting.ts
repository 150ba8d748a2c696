/** A setting of pip or uv as a person made it, and where. */
export interface SourceSetting<Value = string> {
  value: Value;
  /** A variable, or the path of a file. */
  from: string;
}
