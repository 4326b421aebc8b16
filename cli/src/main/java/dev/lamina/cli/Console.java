package dev.lamina.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * Where the command writes.
 *
 * @param out results
 * @param err everything else: messages, warnings, progress
 * @param interactive whether a person watches {@code err}, so that progress bars make sense
 */
record Console(PrintWriter out, PrintWriter err, boolean interactive) {

  /** Returns this process's standard streams, in UTF-8. */
  static Console ofProcess() {
    return new Console(
        writer(System.out), writer(System.err), Terminal.isTerminal(Terminal.STDERR));
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }
}
