package dev.lamina.cli;

/**
 * What a subcommand found.
 *
 * @param json the document that {@code --json} prints: a record or a map of plain values
 * @param text what a person reads, without a line break at the end
 * @param exitCode 0, or 1 if what was asked for could not be done in full
 */
record Output(Object json, String text, int exitCode) {

  static Output of(Object json, String text) {
    return new Output(json, text, 0);
  }
}
