package dev.lamina.analysis.trainability;

import dev.lamina.Lamina;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.degeneracy.Architecture;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.training.Ending;
import dev.lamina.analysis.training.Loss;
import dev.lamina.analysis.training.Optimiser;
import dev.lamina.analysis.training.Schedule;
import dev.lamina.analysis.training.SharedProgress;
import dev.lamina.analysis.training.SideBySide;
import dev.lamina.analysis.training.Training;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.analysis.training.TrainingPlan;
import dev.lamina.analysis.training.TrainingResult;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Trains every architecture from several initialisations as the published experiment does: Adam
 * with Keras' numbers, softmax cross-entropy, bias-free relu layers with He initialisation. (Keras
 * draws from a truncated normal distribution of the same variance, here it is a normal one.)
 */
final class ArchitectureTraining {
  private final TrainabilityConfig config;
  private final Lamina lamina;
  private final PreparedData data;
  private final int classes;
  private final long seed;

  ArchitectureTraining(
      TrainabilityConfig config, Lamina lamina, PreparedData data, int classes, long seed) {
    this.config = config;
    this.lamina = lamina;
    this.data = data;
    this.classes = classes;
    this.seed = seed;
  }

  /** One run of one architecture. */
  private record Job(int architecture, int run) {}

  /** Returns the number of steps of all runs. */
  private long steps() {
    long perEpoch = Math.ceilDiv((long) data.train().samples(), config.batch());
    return perEpoch * config.epochs() * config.runs() * config.architectures().size();
  }

  /**
   * Trains. On processors several runs go on side by side, each on one thread; results do not
   * depend on how many.
   *
   * @param targets one-hot classes of the training samples
   * @param testTargets one-hot classes of the test samples
   * @return for each architecture the test accuracy of each run, NaN if it diverged
   */
  double[][] run(HostMatrix targets, HostMatrix testTargets, Progress progress) {
    double[][] accuracies = new double[config.architectures().size()][config.runs()];
    Queue<Job> jobs = new ConcurrentLinkedQueue<>(longestFirst());
    Progress shared = new SharedProgress(progress, "training networks", steps());
    SideBySide.share(
        lamina, backend -> work(backend, jobs, targets, testTargets, accuracies, shared));
    return accuracies;
  }

  /** Returns all runs so that no long one is left for the end. */
  private List<Job> longestFirst() {
    List<Job> jobs = new ArrayList<>();
    for (int a = 0; a < config.architectures().size(); a++) {
      for (int r = 0; r < config.runs(); r++) {
        jobs.add(new Job(a, r));
      }
    }
    jobs.sort(
        Comparator.comparingLong((Job job) ->
                config
                    .architectures()
                    .get(job.architecture())
                    .weights(Math.toIntExact(data.train().features()), classes))
            .reversed());
    return jobs;
  }

  private void work(
      Backend backend,
      Queue<Job> jobs,
      HostMatrix targets,
      HostMatrix testTargets,
      double[][] accuracies,
      Progress progress) {
    try (TrainingData examples =
        TrainingData.upload(backend, data.train().x(), targets, data.test().x(), testTargets)) {
      for (Job job = jobs.poll(); job != null; job = jobs.poll()) {
        accuracies[job.architecture()][job.run()] = train(backend, examples, job, progress);
      }
    }
  }

  private double train(Backend backend, TrainingData examples, Job job, Progress progress) {
    Architecture architecture = config.architectures().get(job.architecture());
    long runSeed = seed + job.run();
    TrainingPlan plan =
        new TrainingPlan(
            Loss.CROSS_ENTROPY,
            new Optimiser.Adam(0.9, 0.999, 1e-7, true, 0, false),
            config.rate(),
            Schedule.CONSTANT,
            config.batch(),
            config.epochs(),
            Long.MAX_VALUE,
            Optional.empty(),
            runSeed);
    int inputs = Math.toIntExact(data.train().features());
    try (Network initial =
            AngleProfile.plan(architecture, inputs, classes)
                .draw(data.train().x().dtype(), runSeed);
        Training training =
            new Training(backend, examples, initial, plan, Optional.empty(), progress)) {
      TrainingResult result = training.run();
      return result.ending() instanceof Ending.Diverged
          ? Double.NaN
          : result.history().getLast().testAccuracy();
    }
  }
}
