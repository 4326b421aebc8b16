package dev.lamina.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lamina data}: lists, fetches and shows data sets. */
@Command(
    name = "data",
    description = "Lists, fetches and shows data sets.",
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class DataCommand implements Runnable {

  @Spec private CommandSpec spec;

  private DataCommand() {}

  /** Returns the command with its subcommands. */
  static CommandLine of(Session session) {
    return new CommandLine(new DataCommand())
        .addSubcommand(new DataListCommand(session))
        .addSubcommand(new DataFetchCommand(session))
        .addSubcommand(new DataShowCommand(session));
  }

  /** Without a subcommand there is nothing to do. */
  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a subcommand is missing: list, fetch or show");
  }
}
