package dev.lamina.analysis.training;

import dev.lamina.Lamina;
import dev.lamina.analysis.data.CacheFolder;
import dev.lamina.analysis.data.DataException;
import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkFile;
import dev.lamina.analysis.study.Progress;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import dev.lamina.io.AtomicFile;
import dev.lamina.io.FileException;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.Callable;

/**
 * The runs of a training file, one for each seed. In the output folder each leaves {@code
 * seed-S.safetensors}, the network; {@code seed-S.checkpoint}, from which an interrupted run
 * continues; and {@code seed-S.csv}, what was measured after every epoch.
 */
public final class TrainingRuns {
  private final TrainingFile file;
  private final Path folder;
  private final boolean fresh;

  /**
   * Creates the runs.
   *
   * @param file what is asked for
   * @param folder where the results go; made if it is missing
   * @param fresh whether checkpoints of earlier runs are removed instead of continued
   */
  public TrainingRuns(TrainingFile file, Path folder, boolean fresh) {
    this.file = file;
    this.folder = folder;
    this.fresh = fresh;
  }

  /**
   * What became of one seed.
   *
   * @param seed the seed
   * @param network the file of the network
   * @param seconds how long the run took
   * @param result history and ending
   */
  public record Run(long seed, Path network, double seconds, TrainingResult result) {}

  /**
   * Trains. Several seeds run side by side on the processors, one thread each.
   *
   * @param lamina the open backend
   * @param cache where fetched data sets lie
   * @param progress hears of every step
   * @return the runs in the order of the seeds
   */
  public List<Run> run(Lamina lamina, CacheFolder cache, Progress progress) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw FileException.writing(folder, e);
    }
    AtomicFile.requireWritable(path(file.seeds().getFirst(), "csv"));
    DType dtype = lamina.config().precision();
    try (PreparedData data =
            PreparedData.load(file.data(), cache, file.seed(), dtype, lamina.backend());
        HostMatrix targets = targets(data.train(), dtype);
        HostMatrix testTargets = targets(data.test(), dtype)) {
      Examples examples = new Examples(data, targets, testTargets);
      SharedProgress shared = new SharedProgress(progress, "training", totalSteps(data));
      boolean sideBySide =
          file.seeds().size() > 1
              && lamina.config().cpuThreads() > 1
              && lamina.backend().id() == BackendId.CPU;
      if (!sideBySide) {
        return file.seeds().stream()
            .map(seed -> train(lamina.backend(), examples, seed, shared))
            .toList();
      }
      LaminaConfig one = lamina.config().withBackend(BackendChoice.CPU).withCpuThreads(1);
      List<Callable<Run>> work =
          file.seeds().stream().map(seed -> alone(one, examples, seed, shared)).toList();
      return SideBySide.run(lamina.config().cpuThreads(), work);
    }
  }

  /** Examples on the host. */
  private record Examples(PreparedData data, HostMatrix targets, HostMatrix testTargets) {}

  /** A run with a backend of its own. */
  private Callable<Run> alone(
      LaminaConfig config, Examples examples, long seed, Progress progress) {
    return () -> {
      try (Lamina own = Lamina.open(config)) {
        return train(own.backend(), examples, seed, progress);
      }
    };
  }

  private long totalSteps(PreparedData data) {
    long n = data.train().samples();
    long batch = file.plan().batch() == 0 ? n : Math.min(file.plan().batch(), n);
    long steps = Math.min(file.plan().steps(), file.plan().epochs() * Math.ceilDiv(n, batch));
    return Math.max(1, steps * file.seeds().size());
  }

  /** Returns one-hot rows for classes and the numbers themselves for numbers. */
  private HostMatrix targets(DataSet set, DType dtype) {
    return switch (set.response()) {
      case Response.Classes classes -> TrainingData.oneHot(classes, dtype);
      case Response.Values numbers -> {
        if (file.plan().loss() == Loss.CROSS_ENTROPY) {
          throw new DataException(
              "loss = cross-entropy needs classes but the response of %s is numbers; use loss = mse"
                  .formatted(set.name()));
        }
        yield numbers.values().copy(dtype);
      }
    };
  }

  private Path path(long seed, String ending) {
    return folder.resolve("seed-" + seed + "." + ending);
  }

  private Run train(Backend backend, Examples examples, long seed, Progress progress) {
    long start = System.nanoTime();
    DataSet train = examples.data().train();
    Path checkpoint = path(seed, "checkpoint");
    if (fresh) {
      remove(checkpoint);
    }
    try (TrainingData data =
            TrainingData.upload(
                backend,
                train.x(),
                examples.targets(),
                examples.data().test().x(),
                examples.testTargets());
        Network initial =
            file.network()
                .plan(Math.toIntExact(train.features()), Math.toIntExact(examples.targets().cols()))
                .draw(train.x().dtype(), seed);
        Training training =
            new Training(
                backend,
                data,
                initial,
                file.plan().withSeed(seed),
                Optional.of(new Training.Checkpoints(checkpoint, file.checkpointEvery())),
                progress)) {
      TrainingResult result = training.run();
      Path network = path(seed, "safetensors");
      NetworkFile.write(network, training.network());
      AtomicFile.writeString(path(seed, "csv"), csv(result.history()));
      return new Run(seed, network, (System.nanoTime() - start) * 1e-9, result);
    }
  }

  private static void remove(Path checkpoint) {
    try {
      Files.deleteIfExists(checkpoint);
    } catch (IOException e) {
      throw FileException.writing(checkpoint, e);
    }
  }

  private static String csv(List<EpochMetrics> history) {
    StringJoiner lines = new StringJoiner("\n", "", "\n");
    lines.add("epoch,step,rate,trainLoss,runningLoss,trainAccuracy,testLoss,testAccuracy");
    for (EpochMetrics m : history) {
      lines.add(
          String.join(
              ",",
              Integer.toString(m.epoch()),
              Long.toString(m.step()),
              Double.toString(m.rate()),
              Double.toString(m.trainLoss()),
              Double.toString(m.runningLoss()),
              Double.toString(m.trainAccuracy()),
              Double.toString(m.testLoss()),
              Double.toString(m.testAccuracy())));
    }
    return lines.toString();
  }
}
