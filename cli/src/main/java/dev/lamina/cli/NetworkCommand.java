package dev.lamina.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lamina network}: makes and shows network files. */
@Command(
    name = "network",
    description = "Makes and shows networks in safetensors files.",
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class NetworkCommand implements Runnable {

  @Spec private CommandSpec spec;

  private NetworkCommand() {}

  /** Returns the command with its subcommands. */
  static CommandLine of(Session session) {
    return new CommandLine(new NetworkCommand())
        .addSubcommand(new NetworkInitCommand(session))
        .addSubcommand(new NetworkShowCommand(session));
  }

  /** Without a subcommand there is nothing to do. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a subcommand is missing: init or show");
  }
}
