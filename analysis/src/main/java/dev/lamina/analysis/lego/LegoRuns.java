package dev.lamina.analysis.lego;

import dev.lamina.Lamina;
import dev.lamina.analysis.data.CacheFolder;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkFile;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.training.SharedProgress;
import dev.lamina.analysis.training.SideBySide;
import dev.lamina.analysis.training.Training;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.backend.Backend;
import dev.lamina.io.AtomicFile;
import dev.lamina.io.FileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The runs of a file for layer-wise training, one for each seed. In the output folder each leaves
 * {@code seed-S.safetensors}, the network with the Gaussian-process read-out as its last layer;
 * {@code seed-S.checkpoint}, from which an interrupted run continues; and {@code seed-S.csv}, the
 * losses of every layer.
 */
public final class LegoRuns {
  private final LegoFile file;
  private final Path folder;
  private final boolean fresh;

  /**
   * Creates the runs.
   *
   * @param file what is asked for
   * @param folder where the results go; made if it is missing
   * @param fresh whether checkpoints of earlier runs are removed instead of continued
   */
  public LegoRuns(LegoFile file, Path folder, boolean fresh) {
    this.file = file;
    this.folder = folder;
    this.fresh = fresh;
  }

  /**
   * What became of one seed.
   *
   * @param seed the seed
   * @param network the file of the network
   * @param seconds how long the run took, read-outs included
   * @param result the layers
   * @param scores read-outs from every hidden layer, the lowest first
   */
  public record Run(
      long seed, Path network, double seconds, LegoResult result, List<LayerScore> scores) {
    /** Copies the list. */
    public Run {
      scores = List.copyOf(scores);
    }
  }

  /**
   * Trains. Several seeds run side by side on the processors, one thread each. If it fails before
   * anything is written, the output folder is not left behind.
   *
   * @param lamina the open backend
   * @param cache where fetched data sets lie
   * @param progress hears of every step
   * @return the runs in the order of the seeds
   */
  public List<Run> run(Lamina lamina, CacheFolder cache, Progress progress) {
    List<Path> missing = missingFolders();
    boolean done = false;
    try {
      makeFolder();
      List<Run> runs = trainAll(lamina, cache, progress);
      done = true;
      return runs;
    } finally {
      if (!done) {
        removeEmpty(missing);
      }
    }
  }

  /** Returns the folders that {@link #makeFolder} will make, the innermost first. */
  private List<Path> missingFolders() {
    List<Path> missing = new ArrayList<>();
    for (Path p = folder.toAbsolutePath();
        p != null && Files.notExists(p, LinkOption.NOFOLLOW_LINKS);
        p = p.getParent()) {
      missing.add(p);
    }
    return missing;
  }

  private void makeFolder() {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw FileException.writing(folder, e);
    }
    AtomicFile.requireWritable(path(file.seeds().getFirst(), "csv"));
  }

  private static void removeEmpty(List<Path> folders) {
    for (Path made : folders) {
      // A folder that is not empty stays; a failure would hide the one that led here.
      boolean _ = made.toFile().delete();
    }
  }

  private List<Run> trainAll(Lamina lamina, CacheFolder cache, Progress progress) {
    try (PreparedData data =
            PreparedData.load(
                file.data(), cache, file.seed(), lamina.config().precision(), lamina.backend());
        LegoExamples examples = new LegoExamples(data)) {
      SharedProgress shared =
          new SharedProgress(progress, "training layer by layer", totalSteps(examples));
      if (file.seeds().size() == 1) {
        return List.of(train(lamina.backend(), examples, file.seeds().getFirst(), shared));
      }
      Run[] runs = new Run[file.seeds().size()];
      Queue<Integer> left = new ConcurrentLinkedQueue<>();
      for (int i = 0; i < runs.length; i++) {
        left.add(i);
      }
      SideBySide.share(
          lamina,
          backend -> {
            for (Integer i = left.poll(); i != null; i = left.poll()) {
              runs[i] = train(backend, examples, file.seeds().get(i), shared);
            }
          });
      return List.of(runs);
    }
  }

  private long totalSteps(LegoExamples examples) {
    LegoPlan plan = file.plan();
    long fitted =
        examples.train().samples() - Math.round(examples.train().samples() * plan.heldOut());
    long batches = plan.batch() == 0 ? 1 : Math.ceilDiv(fitted, (long) plan.batch());
    return Math.max(
        1,
        file.seeds().size()
            * plan.turns(file.network().depth()).stream()
                .mapToLong(turn -> turn.epochs() * batches)
                .sum());
  }

  private Path path(long seed, String ending) {
    return folder.resolve("seed-" + seed + "." + ending);
  }

  private Run train(Backend backend, LegoExamples examples, long seed, Progress progress) {
    long start = System.nanoTime();
    Path checkpoint = path(seed, "checkpoint");
    if (fresh) {
      remove(checkpoint);
    }
    LegoPlan plan = file.plan().withSeed(seed);
    int inputs = Math.toIntExact(examples.train().features());
    try (TrainingData data = examples.upload(backend, plan);
        Network initial =
            file.network()
                .plan(inputs, examples.outputs())
                .draw(examples.train().x().dtype(), seed);
        LegoTraining training =
            new LegoTraining(
                backend,
                data,
                initial,
                plan,
                Optional.of(new Training.Checkpoints(checkpoint, file.checkpointEvery())),
                progress)) {
      LegoResult result = training.run();
      AtomicFile.writeString(path(seed, "csv"), csv(result.turns()));
      List<LayerScore> scores =
          LegoNetwork.scores(backend, training.network(), examples, plan.loss());
      Path network = path(seed, "safetensors");
      try (Network complete =
          LegoNetwork.withReadOut(backend, training.network(), examples, plan.loss())) {
        NetworkFile.write(network, complete);
      }
      return new Run(seed, network, (System.nanoTime() - start) * 1e-9, result, scores);
    }
  }

  private static void remove(Path checkpoint) {
    try {
      Files.deleteIfExists(checkpoint);
    } catch (IOException e) {
      throw FileException.writing(checkpoint, e);
    }
  }

  private static String csv(List<TurnHistory> turns) {
    StringJoiner lines = new StringJoiner("\n", "", "\n");
    lines.add("firstLayer,lastLayer,layersAbove,epoch,step,loss,heldOutLoss");
    for (TurnHistory turn : turns) {
      for (LegoEpoch m : turn.epochs()) {
        lines.add(
            String.join(
                ",",
                Integer.toString(turn.first()),
                Integer.toString(turn.last()),
                Integer.toString(turn.layersAbove()),
                Integer.toString(m.epoch()),
                Long.toString(m.step()),
                Double.toString(m.loss()),
                Double.toString(m.heldOut())));
      }
    }
    return lines.toString();
  }
}
