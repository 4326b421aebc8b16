package dev.lamina.cli;

import dev.lamina.Lamina;
import dev.lamina.analysis.data.CacheFolder;
import dev.lamina.analysis.lego.LayerScore;
import dev.lamina.analysis.lego.LegoFile;
import dev.lamina.analysis.lego.LegoReader;
import dev.lamina.analysis.lego.LegoRuns;
import dev.lamina.analysis.lego.TurnHistory;
import dev.lamina.config.ConfigErrors;
import dev.lamina.config.LoadedConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lamina lego}. */
@Command(
    name = "lego",
    description = "Trains a network layer by layer as a config file says, once for each seed.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Each hidden layer is trained alone with a loss of its own activations: by default"
          + " the evidence of Gaussian-process regression with the kernel that wide layers above"
          + " would make of them. What is below is frozen. At the end a read-out by the posterior"
          + " mean becomes the last layer. For each seed S the folder holds seed-S.safetensors"
          + " (the network), seed-S.csv (the losses of every layer) and seed-S.checkpoint, from"
          + " which an interrupted run continues to the same bits. A layer that diverges is named"
          + " and keeps its last good parameters; the exit code is 1 then."
    })
final class LegoCommand extends Subcommand {

  @Mixin private RunOptions options;

  /**
   * What {@code --json} prints.
   *
   * @param title of the file
   * @param objective which loss
   * @param noise of the targets
   * @param seconds how long it took in all
   * @param runs one entry per seed
   */
  record Document(
      String title, String objective, double noise, double seconds, List<RunEntry> runs) {}

  /**
   * What became of a seed.
   *
   * @param seed the seed
   * @param network the file of the network
   * @param seconds how long it took
   * @param diverged whether a layer did
   * @param resumed whether it continued from a checkpoint
   * @param turns the layers in the order in which they were trained
   * @param readOuts read-outs from every hidden layer
   */
  record RunEntry(
      long seed,
      Path network,
      double seconds,
      boolean diverged,
      boolean resumed,
      List<TurnHistory> turns,
      List<LayerScore> readOuts) {

    static RunEntry of(LegoRuns.Run run) {
      return new RunEntry(
          run.seed(),
          run.network(),
          run.seconds(),
          run.result().diverged(),
          run.result().resumed(),
          run.result().turns(),
          run.scores());
    }
  }

  LegoCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    ConfigErrors errors = new ConfigErrors();
    LoadedConfig loaded = session().load(List.of(options.file()), errors);
    LegoFile lego = LegoReader.read(loaded, options.file(), errors);
    long start = System.nanoTime();
    try (Lamina lamina = Lamina.open(loaded.lamina());
        ProgressBars progress = session().progress()) {
      CacheFolder cache = CacheFolder.of(loaded.lamina(), session().sources().environment());
      List<LegoRuns.Run> runs =
          new LegoRuns(lego, options.folder(), options.fresh()).run(lamina, cache, progress);
      progress.clear();
      return output(lego, runs, Stopwatch.secondsSince(start));
    }
  }

  private static Output output(LegoFile lego, List<LegoRuns.Run> runs, double seconds) {
    Document document =
        new Document(
            lego.title(),
            lego.plan().loss().objective().text(),
            lego.plan().loss().noise(),
            seconds,
            runs.stream().map(RunEntry::of).toList());
    StringJoiner lines = new StringJoiner("\n");
    lines.add(lego.title());
    for (RunEntry run : document.runs()) {
      run(run, lines);
    }
    boolean failed = document.runs().stream().anyMatch(RunEntry::diverged);
    return new Output(document, lines.toString(), failed ? Failure.FAILED : 0);
  }

  private static void run(RunEntry run, StringJoiner lines) {
    lines.add(
        String.format(
            Locale.ROOT, "seed %d, %.1f s: %s", run.seed(), run.seconds(), run.network()));
    for (TurnHistory turn : run.turns()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-14s p = %d  loss %12.4f -> %12.4f  %s",
              turn.name(),
              turn.layersAbove(),
              turn.firstLoss(),
              turn.lastLoss(),
              turn.ending()));
    }
    for (LayerScore score : run.readOuts()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  read-out from layer %d: training %.4f, test %.4f",
              score.layer(),
              score.train(),
              score.test()));
    }
  }
}
