package dev.lamina.cli;

import dev.lamina.Lamina;
import dev.lamina.analysis.data.CacheFolder;
import dev.lamina.analysis.training.Ending;
import dev.lamina.analysis.training.EpochMetrics;
import dev.lamina.analysis.training.TrainingFile;
import dev.lamina.analysis.training.TrainingReader;
import dev.lamina.analysis.training.TrainingRuns;
import dev.lamina.config.ConfigErrors;
import dev.lamina.config.LoadedConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lamina train}. */
@Command(
    name = "train",
    description = "Trains a network as a config file says, once for each seed.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "For each seed S the folder holds seed-S.safetensors (the network), seed-S.csv (what"
          + " was measured after every epoch) and seed-S.checkpoint, from which an interrupted run"
          + " continues to the same bits. A run that diverges says at which step and layer and"
          + " keeps the last good network; the exit code is 1 then."
    })
final class TrainCommand extends Subcommand {

  @Mixin private RunOptions options;

  /**
   * What {@code --json} prints.
   *
   * @param title of the file
   * @param seconds how long it took in all
   * @param runs one entry per seed
   */
  record Document(String title, double seconds, List<RunEntry> runs) {}

  /**
   * What became of a seed.
   *
   * @param seed the seed
   * @param network the file of the network
   * @param seconds how long it took
   * @param ending why it ended
   * @param diverged whether it did
   * @param resumedFrom epoch of the checkpoint that it continued from, 0 if none
   * @param epochs what was measured after each epoch
   */
  record RunEntry(
      long seed,
      Path network,
      double seconds,
      String ending,
      boolean diverged,
      int resumedFrom,
      List<EpochMetrics> epochs) {

    static RunEntry of(TrainingRuns.Run run) {
      return new RunEntry(
          run.seed(),
          run.network(),
          run.seconds(),
          run.result().ending().text(),
          run.result().ending() instanceof Ending.Diverged,
          run.result().resumedFrom(),
          run.result().history());
    }
  }

  TrainCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    ConfigErrors errors = new ConfigErrors();
    LoadedConfig loaded = session().load(List.of(options.file()), errors);
    TrainingFile training = TrainingReader.read(loaded, options.file(), errors);
    long start = System.nanoTime();
    try (Lamina lamina = Lamina.open(loaded.lamina());
        ProgressBars progress = session().progress()) {
      CacheFolder cache = CacheFolder.of(loaded.lamina(), session().sources().environment());
      List<TrainingRuns.Run> runs =
          new TrainingRuns(training, options.folder(), options.fresh())
              .run(lamina, cache, progress);
      progress.clear();
      return output(training, runs, Stopwatch.secondsSince(start));
    }
  }

  private static Output output(TrainingFile training, List<TrainingRuns.Run> runs, double seconds) {
    Document document =
        new Document(training.title(), seconds, runs.stream().map(RunEntry::of).toList());
    StringJoiner lines = new StringJoiner("\n");
    lines.add(training.title());
    lines.add("    seed  epochs    train loss  train acc     test loss   test acc     time");
    for (RunEntry run : document.runs()) {
      lines.add(line(run));
    }
    for (RunEntry run : document.runs()) {
      lines.add(
          "seed %d: %s; %s%s"
              .formatted(
                  run.seed(),
                  run.ending(),
                  run.network(),
                  run.epochs().isEmpty() ? " is the network before training" : ""));
    }
    boolean failed = document.runs().stream().anyMatch(RunEntry::diverged);
    return new Output(document, lines.toString(), failed ? Failure.FAILED : 0);
  }

  private static String line(RunEntry run) {
    if (run.epochs().isEmpty()) {
      return String.format(Locale.ROOT, "%8d       0", run.seed());
    }
    EpochMetrics last = run.epochs().getLast();
    return String.format(
        Locale.ROOT,
        "%8d  %6d  %12.6f  %8.2f%%  %12.6f  %8.2f%%  %5.1f s",
        run.seed(),
        last.epoch(),
        last.trainLoss(),
        100 * last.trainAccuracy(),
        last.testLoss(),
        100 * last.testAccuracy(),
        run.seconds());
  }
}
