package dev.lamina.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code lamina} command. */
@Command(
    name = "lamina",
    description = "Studies deep networks layer by layer through their kernels.",
    subcommands = {DegeneracyCommand.class},
    mixinStandardHelpOptions = true,
    versionProvider = LaminaCommand.Version.class)
public final class LaminaCommand implements Runnable {

  @Spec private CommandLine.Model.CommandSpec spec;

  private LaminaCommand() {}

  /**
   * Runs the command and ends the JVM with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new LaminaCommand()).execute(args));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing a subcommand");
  }

  /** Reads the version from the manifest of the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = LaminaCommand.class.getPackage().getImplementationVersion();
      return new String[] {"lamina " + (version == null ? "(not packaged)" : version)};
    }
  }
}
