package dev.lamina.analysis.data;

/** What the column or array of the response means. */
public enum ResponseKind {
  /** Found out from the data; an error if both are plausible. */
  AUTO,
  /** Classes. */
  CLASSES,
  /** Numbers. */
  VALUES
}
