package dev.lamina.analysis.depth;

import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.report.Json;
import dev.lamina.analysis.study.Fingerprint;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.training.Ending;
import dev.lamina.analysis.training.RunIdentity;
import dev.lamina.analysis.training.Training;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.analysis.training.TrainingObserver;
import dev.lamina.backend.Backend;
import dev.lamina.io.AtomicFile;
import dev.lamina.io.FileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A training that is looked at. With a folder it leaves a checkpoint and its looks there, and goes
 * on from them; what it finds is the same however often it was interrupted.
 */
final class FollowedTraining implements AutoCloseable {
  private final FollowedPlan plan;
  private final Looker looker;
  private final Set<Long> withOutputs;
  private final long stepsPerPass;
  private final Optional<Path> lookFile;
  private final Training training;
  private final List<Moment> moments;
  private boolean begun;

  /**
   * Where and for whom a training is followed.
   *
   * @param looker looks at the network
   * @param withOutputs epochs after which outputs are kept
   * @param name names the files
   * @param folder where they go, if they are to be kept
   * @param progress hears of every step
   */
  record Followers(
      Looker looker,
      Set<Long> withOutputs,
      String name,
      Optional<Path> folder,
      Progress progress) {}

  /**
   * Prepares a training; the caller closes it.
   *
   * @param backend the device
   * @param data samples on it; stay the caller's
   * @param initial the network to begin with; stays the caller's and as it is
   * @param plan how to train, for at least one epoch
   * @param seed of the order of the examples
   * @param followers who looks
   */
  FollowedTraining(
      Backend backend,
      TrainingData data,
      Network initial,
      FollowedPlan plan,
      long seed,
      Followers followers) {
    this.plan = plan;
    this.looker = followers.looker();
    this.withOutputs = followers.withOutputs();
    this.stepsPerPass = stepsPerPass(plan, data.x().rows(), initial);
    Optional<Path> stem =
        followers.folder().map(f -> f.resolve(fileName(followers, initial, plan, seed)));
    this.lookFile = stem.map(s -> s.resolveSibling(s.getFileName() + ".looks"));
    this.moments = new ArrayList<>(lookFile.map(FollowedTraining::read).orElse(List.of()));
    followers.folder().ifPresent(FollowedTraining::make);
    Optional<Path> checkpoint = stem.map(s -> s.resolveSibling(s.getFileName() + ".checkpoint"));
    if (moments.isEmpty()) {
      checkpoint.ifPresent(FollowedTraining::remove); // its looks are lost
    }
    this.training =
        new Training(
            backend,
            data,
            initial,
            plan.training(seed),
            checkpoint.map(file -> new Training.Checkpoints(file, plan.checkpointEvery())),
            followers.progress());
  }

  /** Returns the steps of one pass over n samples. */
  static long stepsPerPass(FollowedPlan plan, long n, Network network) {
    long size = plan.batch() == 0 ? n : Math.min(plan.batch(), n);
    long count = Math.ceilDiv(n, size);
    boolean normalised =
        network.layers().stream().anyMatch(l -> l instanceof DenseLayer d && d.norm().isPresent());
    return normalised && n % size == 1 && count > 1 ? count - 1 : count;
  }

  /** Another plan, network or data set must not find this run's files. */
  private static String fileName(
      Followers followers, Network initial, FollowedPlan plan, long seed) {
    String digest =
        new Fingerprint()
            .add(plan.identity())
            .add(Long.toString(seed))
            .add(followers.withOutputs().stream().sorted().toList().toString())
            .add(RunIdentity.layers(initial))
            .add(RunIdentity.digest(initial))
            .add(followers.looker().examples().fingerprint())
            .text();
    return followers.name() + "-" + digest.substring(0, 12);
  }

  private static void make(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw FileException.writing(folder, e);
    }
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw FileException.writing(file, e);
    }
  }

  /** Reads the looks of an earlier run; a line that was cut off is the last. */
  private static List<Moment> read(Path file) {
    List<Moment> found = new ArrayList<>();
    if (Files.exists(file)) {
      try {
        for (String line : Files.readAllLines(file)) {
          found.add(Json.read(line, Moment.class));
        }
      } catch (IOException | UncheckedIOException e) {
        return found; // what is missing is looked at again or is beyond the checkpoint
      }
    }
    return found;
  }

  /** Trains; to be called once. Returns why it ended. */
  Ending run() {
    return training.run(new Observer()).ending();
  }

  /** Returns the looks so far. */
  List<Moment> moments() {
    return List.copyOf(moments);
  }

  /** Returns the network after the training; closed with this. */
  Network network() {
    return training.network();
  }

  @Override
  public void close() {
    training.close();
  }

  private final class Observer implements TrainingObserver {
    @Override
    public boolean wants(long step) {
      return step % stepsPerPass == 0
          && (plan.looksAt(step / stepsPerPass) || withOutputs.contains(step / stepsPerPass));
    }

    @Override
    public void look(long step, Network network) {
      long epoch = step / stepsPerPass;
      moments.removeIf(moment -> moment.epoch() >= epoch); // looks beyond the checkpoint
      moments.add(looker.look(epoch, looker.perceptron(network), withOutputs.contains(epoch)));
      lookFile.ifPresent(this::write);
    }

    private void write(Path file) {
      if (!begun) {
        begun = true;
        AtomicFile.writeString(file, text(moments));
        return;
      }
      try {
        Files.writeString(file, text(List.of(moments.getLast())), StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw FileException.writing(file, e);
      }
    }

    private static String text(List<Moment> looks) {
      StringBuilder text = new StringBuilder();
      looks.forEach(look -> text.append(Json.writeLine(look)).append('\n'));
      return text.toString();
    }
  }
}
