package dev.lamina.cli;

import picocli.CommandLine;

/** The subcommands of {@code lamina}: one line each. */
final class Subcommands {
  private Subcommands() {}

  static CommandLine addTo(CommandLine lamina, Session session) {
    CommandLine bench = new CommandLine(new BenchCommand(session));
    bench
        .addSubcommand(new BenchCompareCommand(session))
        .addSubcommand(new BenchReadmeCommand(session));
    lamina
        .addSubcommand(new DoctorCommand(session))
        .addSubcommand(new StudyCommand(session))
        .addSubcommand(new TrainCommand(session))
        .addSubcommand(new LegoCommand(session))
        .addSubcommand(new KernelCommand(session))
        .addSubcommand(new RegressCommand(session))
        .addSubcommand(new DegeneracyCommand(session))
        .addSubcommand(new PropagateCommand(session))
        .addSubcommand(new LearningCurveCommand(session))
        .addSubcommand(new AlignmentCommand(session))
        .addSubcommand(new DglCommand(session))
        .addSubcommand(new LiftCommand(session))
        .addSubcommand(new SplitCommand(session))
        .addSubcommand(new LinearityCommand(session))
        .addSubcommand(new MergeCommand(session))
        .addSubcommand(new SparsityCommand(session))
        .addSubcommand(new HessianCommand(session))
        .addSubcommand(bench)
        .addSubcommand(NetworkCommand.of(session))
        .addSubcommand(DataCommand.of(session));
    // After they have inherited the options.
    bench.getSubcommands().values().forEach(BenchCommand::withoutOptionsOfRuns);
    return lamina;
  }
}
