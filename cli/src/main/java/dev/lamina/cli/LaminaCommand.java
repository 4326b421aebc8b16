package dev.lamina.cli;

import dev.lamina.analysis.report.Json;
import dev.lamina.config.ConfigSources;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code lamina} command. */
@Command(
    name = "lamina",
    description = "Studies deep networks layer by layer through their kernels.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    versionProvider = Versions.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed: a study has a section that failed, a matrix is singular, the disk is full, …",
      "2:wrong options or bad input"
    })
public final class LaminaCommand implements Runnable {

  @Spec private CommandSpec spec;

  private LaminaCommand() {}

  /**
   * Runs the command and ends the JVM with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(run(Console.ofProcess(), ConfigSources.ofProcess(), args));
  }

  /**
   * Runs the command.
   *
   * @param console where to write
   * @param sources environment and system properties
   * @param args the command line
   * @return the exit code
   */
  static int run(Console console, ConfigSources sources, String... args) {
    GlobalOptions options = new GlobalOptions();
    Session session = new Session(console, sources, options);
    CommandLine line =
        Subcommands.addTo(
                new CommandLine(new LaminaCommand()).addMixin("options", options), session)
            .registerConverter(Path.class, new PathConverter())
            .setOut(console.out())
            .setErr(console.err())
            .setParameterExceptionHandler((e, _) -> misused(e, args, console))
            .setExecutionExceptionHandler((e, _, _) -> failed(e, session));
    int code;
    try {
      code = line.execute(args);
    } catch (Error e) {
      code = failed(e, session);
    }
    if (console.out().checkError()) {
      session.say(
          "lamina: the result cannot be written to standard output: closed, or a full disk");
      return code == 0 ? Failure.FAILED : code;
    }
    return code;
  }

  /** Without a subcommand there is nothing to do. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a subcommand is missing");
  }

  private static int misused(ParameterException e, String[] args, Console console) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName(" ");
    console.err().println(name + ": " + e.getMessage());
    UnmatchedArgumentException.printSuggestions(e, console.err());
    console.err().println("Try '" + name + " --help'.");
    if (Arrays.asList(args).contains("--json")) {
      console.out().println(Json.write(error(e, new Failure(Failure.BAD_INPUT, e.getMessage()))));
    }
    return Failure.BAD_INPUT;
  }

  private static int failed(Throwable e, Session session) {
    Failure failure = Failure.of(e);
    session.say("lamina: " + failure.message());
    if (session.options().debug()) {
      e.printStackTrace(session.console().err());
    }
    if (session.options().json()) {
      session.console().out().println(Json.write(error(e, failure)));
    }
    return failure.exitCode();
  }

  private static Map<String, Object> error(Throwable e, Failure failure) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("type", e.getClass().getSimpleName());
    error.put("message", failure.message());
    error.put("exitCode", failure.exitCode());
    return Map.of("error", error);
  }
}
