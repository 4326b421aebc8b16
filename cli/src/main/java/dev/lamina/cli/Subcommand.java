package dev.lamina.cli;

import dev.lamina.analysis.report.Json;
import java.util.concurrent.Callable;

/**
 * What all subcommands have in common: they compute an {@link Output}, which is printed once, as
 * text or as one JSON document.
 */
abstract class Subcommand implements Callable<Integer> {
  private final Session session;

  Subcommand(Session session) {
    this.session = session;
  }

  /** Returns where to write and what is configured. */
  final Session session() {
    return session;
  }

  /** Does the work. Failures are exceptions; {@link Failure} says what becomes of them. */
  abstract Output execute();

  @Override
  public final Integer call() {
    Output output = execute();
    session
        .console()
        .out()
        .println(session.options().json() ? Json.write(output.json()) : output.text());
    return output.exitCode();
  }
}
